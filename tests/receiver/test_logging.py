"""Log lines tell what happened to deliveries, and never what is in them or what signs them."""

from receiver.deliveries import PATH
from tests.receiver.fakes import SECRET
from tests.receiver.process import METRICS_TOKEN, Web, delivery
from toolbelt.servers import Server


def test_no_body_secret_or_signature_is_ever_in_the_log(web: Web, redis: Server) -> None:
    body, headers = delivery("event-in-body")
    wrong = {name: value[::-1] for name, value in headers.items()}
    web.client.post(PATH, content=body, headers=headers)
    web.client.post(PATH, content=body, headers=wrong)
    web.client.post(PATH, content=body)
    web.client.post(PATH, content=b"\xff" + body, headers=headers)
    web.client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    web.client.get("/metrics", headers={"Authorization": "Bearer not-the-token"})
    redis.stop()
    web.client.post(PATH, content=body, headers=headers)
    web.process.stop()
    said = web.process.output
    for told in ("cause=wrong_signature", "cause=no_signature", "cause=redis"):
        assert told in said
    for secret in (SECRET, METRICS_TOKEN, "not-the-token", *headers.values(), *wrong.values(), "data", "example.com"):
        assert secret not in said
