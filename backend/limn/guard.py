"""Without accounts whoever reaches the port owns the gallery, so only this machine's own browser and scripts may.

Fetch metadata first, Origin where a browser sends none: OWASP's cross-site request forgery cheat sheet, 2026.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from limn.errors import BadSettings
from limn.problems import problem
from limn.settings import Settings

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# by hand and whole: a URL parser finds a name in `somebody@127.0.0.1/path` too, and raises where it finds none
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Guard:
    """Refuses forwarded requests, unknown Hosts, and writes that another site's page asked for."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            status, code, detail = refusal
            await problem(status, code, "Not allowed", detail)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or hostname(host) not in self._hosts:
            return 400, "unknown_host", "This gallery does not answer under that name; see LIMN_PUBLIC_URL."
        if any(name in headers for name in _FORWARDED):
            return 403, "forwarded_request", "Without accounts Limn answers this machine only, not through a proxy."
        if scope["method"] not in _SAFE and _foreign(headers, host):
            return 403, "cross_site_request", "Another site's page may not change this gallery."
        return None


def hosts(settings: Settings) -> frozenset[str]:
    """The names this gallery answers to. Raises BadSettings."""
    if not settings.public_url:
        return _LOOPBACK
    public = hostname(_netloc(settings.public_url))
    if not public:
        raise BadSettings("LIMN_PUBLIC_URL: must be an address such as https://art.example")
    return _LOOPBACK | {public}


def hostname(host: str) -> str:
    """The name in a Host header, in lower case and without its port; empty when it is not one."""
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else ""


def _foreign(headers: Headers, host: str) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and _netloc(origin).lower() != host.lower()


def _netloc(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
