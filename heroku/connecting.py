"""HTTP to one host of Heroku's: no redirects, no cookies, no proxies of the environment, only over TLS."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import httpx2

from heroku.transport import BoundedTransport

CALL_SECONDS = 18.0  # the longest call; whoever must be sure that it is over waits for 20
CONNECT_SECONDS = 5.0
MOST_CONNECTIONS = 10
IDLE_SECONDS = 5.0  # a kept connection that Heroku closes just when it is used costs an unknown outcome


def connect(
    base_url: str, *, timeout: float, user_agent: str, transport: httpx2.BaseTransport | None = None
) -> httpx2.Client:
    """A client for the host at this address; raises `ValueError` for one where a token could be overheard."""
    check_address(base_url)
    connect = min(CONNECT_SECONDS, timeout)
    return httpx2.Client(
        base_url=base_url,
        headers={"User-Agent": user_agent},
        timeout=httpx2.Timeout(timeout, connect=connect, pool=connect),
        transport=transport or BoundedTransport(most_connections=MOST_CONNECTIONS, idle_seconds=IDLE_SECONDS),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )


def check_address(base_url: str) -> None:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL as error:
        raise ValueError(f"the API's address must be one: {error}") from None
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ValueError("the API's address must be a plain one: a scheme, a host, perhaps a port and a path")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ValueError(f"the API's address must be https, or http on this machine; it is {url.scheme} {url.host}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
