"""Where a bucket is, checked, and what the answers of an endpoint mean.

Nothing that an endpoint answers is passed on but its error code: a refused signature comes with the request that was signed, and
in it the session token."""

import re
from urllib.parse import urlsplit

from limn.errors import BadSettings, Unavailable

AGAIN_SECONDS = 10  # until whoever was told Unavailable may ask again
_PLACE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_NO_KEYS, _NOT_S3 = "no credentials", "not S3"
_HINTS = (
    (
        "Check the access key, the secret key, and that they may list, get, put and delete in this bucket.",
        {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "401", "403"},
    ),
    ("Make the bucket, or correct its name.", {"NoSuchBucket", "InvalidBucketName", "404"}),
    ("Check the region and the endpoint.", {"AuthorizationHeaderMalformed", "PermanentRedirect", "301", "307", "400"}),
    ("Set the clock of this machine.", {"RequestTimeTooSkewed"}),
    ("Set an access key and a secret key, or give this machine a role.", {_NO_KEYS}),
    ("Check the endpoint: something else answers there.", {_NOT_S3}),
)


class Away(Unavailable):
    """`said`: the code that the endpoint answered, or what was wrong in a word; empty where nothing was answered.

    Visitors read the detail, so it does not tell where the bucket is."""

    def __init__(self, text: str = "") -> None:
        self.said = _said(text)
        self._wrong = f"answers: {self.said}" if self.said else "cannot be reached, or does not answer in time"
        if self.said == _NO_KEYS:
            self._wrong = "cannot be asked: there are no credentials"
        super().__init__(f"The bucket of the pictures {self._wrong}.", retry_after=AGAIN_SECONDS)

    def at_start(self, where: str) -> Unavailable | BadSettings:
        """For whoever starts the gallery: what waiting does not mend is a setting, with a hint."""
        detail = f"{where} {self._wrong}."
        hint = next((hint for hint, codes in _HINTS if self.said in codes), None)
        return BadSettings(f"{detail} {hint}") if hint else Unavailable(detail, retry_after=AGAIN_SECONDS)


def checked_name(name: str) -> str:
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise BadSettings("The name of an S3 bucket is 3 to 63 small letters, digits, dots and hyphens.")
    return name


def checked_prefix(prefix: str) -> str:
    prefix = prefix.removesuffix("/")
    if prefix and not all(_PLACE.fullmatch(place) for place in prefix.split("/")):
        raise BadSettings(
            "An S3 prefix is made of letters, digits, '.', '_' and '-', in parts between '/' that begin with no dot."
        )
    return prefix


def checked_endpoint(endpoint: str | None, region: str) -> str:
    """Scheme, host and port, as the Host header will have them."""
    if not _REGION.fullmatch(region):
        raise BadSettings("An S3 region is made of small letters, digits and hyphens, as in eu-central-1.")
    if not endpoint:
        return f"https://s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"} or parts.username or parts.path.strip("/") or parts.query:
        raise BadSettings("An S3 endpoint is http:// or https:// with a host and perhaps a port, and nothing more.")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, default} else "")


def _said(text: str) -> str:
    """The error code in an answer, else its status; all else that is in there stays unsaid."""
    if code := re.search(r"<Code>([A-Za-z0-9]{1,60})</Code>", text):
        return code[1]
    if "169.254." in text or "CredentialsProvider" in text or "security-credentials" in text:
        return _NO_KEYS
    if status := re.search(r"status code: (\d{3})\b", text):
        return status[1]
    if "redirect without LOCATION" in text:
        return "PermanentRedirect"
    return _NOT_S3 if "invalid list response" in text else ""
