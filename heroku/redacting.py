"""Foreign text made fit for an error, a log line or a record: short, on one line, without secrets."""

import re

REDACTED = "[redacted]"
MESSAGE_CHARACTERS = 200

_SECRETS = re.compile(
    r"""
      HRKU-[^\s"'<>,;]+                     # Heroku's own tokens, of any length
    | \binf-[\w\-]{8,}                      # keys of the inference service
    | \b(?:Bearer|Basic)\s+[^\s"',;]+       # an Authorization header that was quoted back
    | (?<=://)[^\s/@"']+@                   # user and password in an address
    | (?<=[?&])[\w\-.%\[\]]+=[^\s&"'<>]+    # the query of an address: pre-signed links carry their key there
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")


def clean(text: str, *secrets: str, limit: int = MESSAGE_CHARACTERS) -> str:
    """The text in one line of at most `limit` characters, without `secrets` or anything shaped like one."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    text = redacted(_UNPRINTABLE.sub(" ", text).strip())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def redacted(text: str) -> str:
    """The text as it is, lines and all, without anything shaped like a secret."""
    return _SECRETS.sub(REDACTED, text)
