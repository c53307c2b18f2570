"""What a form sends: few short fields, soon, as pages of ours send them and nothing else."""

import asyncio
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

BYTES = 32_000
FIELDS = 20
SECONDS = 10.0  # for a whole form: whoever sends it slower must not hold a connection
KIND = "application/x-www-form-urlencoded"
TOO_MUCH = "That is more than a form of ours holds."


async def read(request: Request, *, seconds: float = SECONDS) -> dict[str, str]:
    """The fields by their names; of several alike the last. Raises HTTPException for what is no form of ours."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise HTTPException(415, "Only the forms of these pages are taken.")
    try:
        async with asyncio.timeout(seconds):
            sent = await _body(request)
    except TimeoutError:
        raise HTTPException(408, "The form did not arrive in time. Send it again.", {"Connection": "close"}) from None
    try:
        return dict(parse_qsl(sent.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise HTTPException(413, TOO_MUCH) from None


async def _body(request: Request) -> bytes:
    sent = bytearray()
    async for chunk in request.stream():
        sent += chunk
        if len(sent) > BYTES:
            raise HTTPException(413, TOO_MUCH)
    return bytes(sent)
