"""Foreign text made fit for an error, a log line or a record: short, on one line, without secrets."""

import re

from heroku.private_keys import without_private_keys

REDACTED = "[redacted]"
MESSAGE_CHARACTERS = 200

# No value takes along a backslash that stands before a quote: in a text of JSON it ends there, and must stay one.
_SECRETS = re.compile(
    r"""
      HRKU-(?:[^\s"'<>,;\\]|\\(?!["']))+         # Heroku's own tokens, of any length
    | \binf-[\w\-]{8,}                      # keys of the inference service
    | \b(?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|xapp-|[rs]k_(?:live|test)_|sk-|whsec_|npm_|SG\.)[\w\-.+/=]{16,}
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b         # an access key of AWS's
    | \bAIza[\w\-]{35}                      # a key of Google's
    | (?<![\w\-])(?:[\w\-]{0,80}?-)?eyJ[\w\-]{8,}+\.[\w\-]{8,}+\.[\w\-]*   # a JSON Web Token; begun once a word
    | \b(?:Bearer|Basic)\s+(?:[^\s"',;\\]|\\(?!["']))+   # an Authorization header that was quoted back
    | \bAuthorization:\s{0,3}(?:[^\s"',;\\]+\s{1,3})?[^\s"',;\\]+   # whatever its kind
    | \bCookie:[^\r\n"'\\]+                # also one that is set
    | (?<=://)[^\s/?\#"']+@                 # user and password in an address, which may hold an @ itself
    | (?<=[?&])(?:amp;)?[\w\-.%\[\]]+=(?:[^\s&"'<>\\]|\\(?!["']))+   # the query of an address: pre-signed links
    | (?<=hooks\.slack\.com/)[\w/]+        # addresses of webhooks, which are keys as a whole
    | (?<=/api/webhooks/)[\w\-/]+
    | (?<=webhook\.office\.com/)[\w\-/@]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What an app writes about itself names its secrets in its own ways: PASSWORD=…, "token": "…", api-key: …
_NAME = r"""(?:passw(?:or)?d|passphrase|_pass\b|\bpwd(?=\s{0,3}[=:]\s{0,3}[^\s/])|secret|token(?!s\b)
    |(?:api|private|account|access|signing|encryption)[_-]?key|credential)[\w.-]{0,40}"""
_VALUE = r"""\s{0,3}[=:]\s{0,3})(?P<value>\\?"[^"\n]*"|'[^'\n]*'|[^\s,;&"'\\]+)"""
_ASSIGNED = re.compile(rf"""(?P<name>{_NAME}\\?["']?{_VALUE}""", re.VERBOSE | re.IGNORECASE)
_ASSIGNED_IN_JSON = re.compile(rf"""(?P<name>{_NAME}(?:'|\\["'])?{_VALUE}""", re.VERBOSE | re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")


def clean(text: str, *secrets: str, limit: int = MESSAGE_CHARACTERS) -> str:
    """The text in one line of at most `limit` characters, without `secrets` or anything shaped like one."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    text = without_private_keys(text, REDACTED)  # while it still has its lines
    text = redacted(_UNPRINTABLE.sub(" ", text).strip())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def redacted(text: str) -> str:
    """The text as it is, lines and all, without anything shaped like a secret."""
    return _SECRETS.sub(REDACTED, without_private_keys(text, REDACTED))


def without_secrets(text: str) -> str:
    """The same of what programs and strangers write: also without what stands beside a telling name."""
    return _ASSIGNED.sub(lambda found: found["name"] + REDACTED, redacted(text))


def json_without_secrets(text: str) -> str:
    """The same of an answer that may be JSON, and must stay it: its own fields keep their values."""
    return _ASSIGNED_IN_JSON.sub(lambda found: found["name"] + REDACTED, redacted(text))
