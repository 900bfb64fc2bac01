"""Without accounts whoever reaches the port owns the gallery, so only this machine's browser, scripts and named proxies may.

Fetch metadata first, Origin where a browser sends none: OWASP's cross-site request forgery cheat sheet, 2026.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from limn.errors import BadSettings
from limn.problems import problem
from limn.settings import Settings

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# by hand and whole: a URL parser finds a name in `somebody@127.0.0.1/path` too, and raises where it finds none
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Proxies:
    """Believes a named proxy (addresses and networks, separated by commas) who its client is and whether it speaks HTTPS.

    What was believed is taken off the request, and what such a proxy merely passed on with it, so that `Guard` finds only
    what somebody else claims. Stands before the log, which names the client."""

    def __init__(self, app: ASGIApp, *, named: str) -> None:
        self._app = app
        # uvicorn's reading of X-Forwarded-For: the rightmost address that is no named proxy
        self._believe = ProxyHeadersMiddleware(_nothing, named)  # type: ignore[arg-type]  # its own names for the same types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            peer = _address(scope["client"][0])
            if peer and str(peer) in self._believe.trusted_hosts:
                scope = await self._heard({**scope, "client": (str(peer), scope["client"][1])}, receive, send)
        await self._app(scope, receive, send)

    async def _heard(self, told: Scope, receive: Receive, send: Send) -> Scope:
        heard = {**told}
        await self._believe(heard, receive, send)  # type: ignore[arg-type]  # as above
        if _address(heard["client"][0]) is None:  # a proxy may say "unknown"
            heard["client"] = told["client"]
        if heard["scheme"] not in {"http", "https"}:
            heard["scheme"] = told["scheme"]
        heard["headers"] = [pair for pair in told["headers"] if pair[0].decode("latin-1") not in _FORWARDED]
        return heard


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
            return 403, "forwarded_request", "Limn answers through a proxy only where FORWARDED_ALLOW_IPS names it."
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


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """What follows uvicorn's reading of the headers: nothing, the reading is all that is wanted."""


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address as it is named in settings: a socket for IPv6 shows one of IPv4 as ::ffff:192.0.2.1."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _foreign(headers: Headers, host: str) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and _netloc(origin).lower() != host.lower()


def _netloc(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
