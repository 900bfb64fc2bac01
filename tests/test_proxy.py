"""Behind Debian's nginx and Caddy with the shipped configurations: passwords, TLS, uploads, events, addresses, a server that is away."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

import pictures
import proxies
from checkout import run
from patience import PATIENCE_SECONDS, wait_until
from proxies import KINDS, Kind
from serving import Server, lasting_port
from streams import follow
from uploads import form, upload_now

LIMIT = 3_000_000  # above nginx's own, which is a megabyte
FORGED = "203.0.113.9"
SETTINGS: dict[str, str] = {"LIMN_PUBLIC_URL": f"https://{proxies.NAME}", "FORWARDED_ALLOW_IPS": "127.0.0.1"}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return proxies.here(request.param)


@pytest.fixture
def seed(kind: str) -> int:
    """Of pictures that the gallery behind has not."""
    return list(KINDS).index(kind) + 1


@pytest.fixture(scope="module")
def nginx() -> Kind:
    return KINDS[proxies.here("nginx")]


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _limn(tmp_path_factory.mktemp("behind"), LIMN_MAX_UPLOAD_BYTES=str(LIMIT)) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(kind: str, behind: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[proxies.Proxy]:
    with KINDS[kind](tmp_path_factory.mktemp(kind), behind.url.removeprefix("http://")) as found:
        yield found


def test_who_does_not_know_the_password_sees_nothing(proxy: proxies.Proxy, behind: Server) -> None:
    with proxy.client(known=False) as client:
        for path in ("/", "/healthz", "/metrics", "/api/v1/artworks", "/static/nothing.js"):
            assert client.get(f"https://127.0.0.1:{proxy.port}{path}").status_code == 401
        assert upload_now(client, pictures.jpeg()).status_code == 401
    with proxy.client() as client:
        assert client.get("/limits").status_code == 200
    assert not [line for line in behind.log if "/metrics" in line]


def test_the_log_has_the_clients_address_and_not_what_it_says_of_itself(proxy: proxies.Proxy, behind: Server) -> None:
    headers = {"X-Forwarded-For": FORGED, "Forwarded": f"for={FORGED}", "X-Real-IP": FORGED, "X-Forwarded-Host": "evil"}
    with proxy.client(address="127.0.0.3") as client:
        answer = client.get("/limits", headers={**headers, "X-Request-ID": "who-is-asking"})
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"]
    wait_until(lambda: any("who-is-asking" in line for line in behind.log))
    logged = json.loads(next(line for line in behind.log if "who-is-asking" in line))
    assert (logged["client"], logged["path"]) == ("127.0.0.3", "/api/v1/limits")
    assert FORGED not in "".join(behind.log)
    assert proxies.password() not in "".join(behind.log)


def test_past_the_proxy_nobody_is_believed(behind: Server) -> None:
    transport = httpx2.HTTPTransport(local_address="127.0.0.2")
    with httpx2.Client(transport=transport) as client:
        answer = client.get(f"{behind.url}/api/v1/limits", headers={"X-Forwarded-For": FORGED})
    assert (answer.status_code, answer.json()["code"]) == (403, "forwarded_request")


def test_a_page_of_this_site_may_write_and_one_of_another_may_not(proxy: proxies.Proxy) -> None:
    with proxy.client() as client:
        for origin, status in ((proxy.url, 404), (f"https://{proxies.NAME}", 403), ("https://evil.example", 403)):
            assert client.delete("/artworks/x", headers={"Origin": origin}).status_code == status, origin


def test_the_server_reads_an_upload_while_the_client_still_sends(
    proxy: proxies.Proxy, behind: Server, seed: int
) -> None:
    picture = pictures.noise_png(800, 700, seed=seed)
    assert 1_500_000 < len(picture) < LIMIT
    request = httpx2.Request("POST", "http://x/", data=form(title="Slowly"), files={"file": ("a.png", picture)})
    body = request.read()
    arrived: list[int] = []

    def sent() -> Iterator[bytes]:
        yield body[:1_200_000]
        wait_until(
            lambda: _staged(behind.data_dir) > 500_000, within=5, told=lambda: "the proxy kept the upload to itself"
        )
        arrived.append(_staged(behind.data_dir))
        yield body[1_200_000:]

    with proxy.client() as client:
        # without a length: sent in chunks, as a pipe would
        answer = client.post("/artworks", content=sent(), headers={"Content-Type": request.headers["content-type"]})
    assert answer.status_code == 201, answer.text
    assert 500_000 < arrived[0] < len(picture)


def test_what_is_too_large_is_refused_in_the_words_of_limn(proxy: proxies.Proxy) -> None:
    with proxy.client() as client:
        answer = upload_now(client, bytes(2 * LIMIT))
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json()["code"] == "file_too_large"


def test_events_arrive_while_they_happen(proxy: proxies.Proxy, seed: int) -> None:
    picture = pictures.jpeg(600, 400, seed=seed)
    with proxy.client() as client, proxy.client() as listener:
        work = upload_now(client, picture).json()
        with follow(listener, work["id"]) as events:
            states = []
            for event in events:  # the stream stays open: what a buffer held back would not come
                states.append(event.data.get("analysis", {}).get("state"))
                if states[-1] == "done":
                    break
        assert client.get(f"/artworks/{work['id']}/original").content == picture


@pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="there is no curl here")
def test_over_http_2_it_is_the_same(proxy: proxies.Proxy, seed: int, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(pictures.noise_png(700, 600, seed=seed))
    person = ":".join(proxies.PERSON)
    known = [
        "--cacert",
        str(proxy.certificate),
        "--resolve",
        f"{proxies.NAME}:{proxy.port}:127.0.0.1",
        "--user",
        person,
    ]
    fields = ["-F", "file=@a.png", "-F", "title=Two", "-F", "category=comics", "-H", f"Origin: {proxy.url}"]
    shown = ["--silent", "--noproxy", "*", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
    assert run(["curl", *known, *fields, *shown, f"{proxy.url}/api/v1/artworks"], cwd=tmp_path) == "2 201"


def test_whoever_comes_by_plain_http_or_another_name_is_sent_away(nginx: Kind, behind: Server, tmp_path: Path) -> None:
    with nginx(tmp_path, behind.url.removeprefix("http://")) as proxy, httpx2.Client(trust_env=False) as plain:
        answer = plain.get(f"http://127.0.0.1:{proxy.plain_port}/artworks/x?y=z", headers={"Host": proxies.NAME})
        assert (answer.status_code, answer.headers["location"]) == (301, f"https://{proxies.NAME}/artworks/x?y=z")
        with proxy.client() as client:
            assert client.get("/artworks", headers={"Host": "evil.example"}).json()["code"] == "unknown_host"


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _limn(tmp_path_factory.mktemp("another"), LIMN_WORKERS="0") as server:
        yield server


def test_nginx_asks_the_next_server_where_one_refuses_the_connection(
    nginx: Kind, another: Server, tmp_path: Path
) -> None:
    away, here = f"127.0.0.1:{lasting_port()}", another.url.removeprefix("http://")
    with nginx(tmp_path, away, here) as proxy, proxy.client() as client:
        # several, for nginx takes turns
        works = [upload_now(client, pictures.jpeg(20, 20, seed=number)) for number in range(4)]
        assert [work.status_code for work in works] == [201] * 4
        assert {client.delete(f"/artworks/{work.json()['id']}").status_code for work in works} == {204}


def test_nginx_asks_the_next_server_where_one_says_that_it_stops(nginx: Kind, another: Server, tmp_path: Path) -> None:
    here = another.url.removeprefix("http://")
    with _answering(503) as (away, heard), nginx(tmp_path, away, here) as proxy, proxy.client() as client:
        assert {client.get("/limits").status_code for _ in range(4)} == {200}
    assert heard
    assert {headers["Connection"] for headers in heard} == {"close"}


def test_the_password_goes_no_further_than_the_proxy(kind: str, tmp_path: Path) -> None:
    with _answering(503) as (address, heard), KINDS[kind](tmp_path, address) as proxy, proxy.client() as client:
        assert client.get("/limits").status_code == 503
    assert heard
    assert not [headers for headers in heard if "Authorization" in headers]


def test_nginx_asks_a_server_that_is_back_at_once(nginx: Kind, tmp_path: Path) -> None:
    port = lasting_port()
    with nginx(tmp_path, f"127.0.0.1:{port}", "127.0.0.1:9") as proxy, proxy.client() as client:
        assert client.get("/limits").status_code == 502
        with _limn(tmp_path, port=port, LIMN_WORKERS="0"):
            assert {client.get("/limits").status_code for _ in range(3)} == {200}


def test_caddy_lets_a_page_wait_while_the_server_starts_anew(tmp_path: Path) -> None:
    port, caddy = lasting_port(), KINDS[proxies.here("caddy")]
    with caddy(tmp_path, f"127.0.0.1:{port}") as proxy, proxy.client() as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.get, "/limits")
        with pytest.raises(TimeoutError):
            asked.result(0.5)
        with _answering(200, port=port):
            assert asked.result(PATIENCE_SECONDS).status_code == 200


def _limn(folder: Path, *, port: int = 0, **settings: str) -> Server:
    return Server(folder / "data", port=port, cwd=None, prefix=(), **SETTINGS, **settings)


@contextmanager
def _answering(status: int, *, port: int = 0) -> Iterator[tuple[str, list[Message]]]:
    """The address of a server that answers so to everything, and the headers it was sent."""
    heard: list[Message] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}", heard
        finally:
            server.shutdown()


def _staged(data_dir: Path) -> int:
    """Bytes of what is on its way in."""
    return sum(path.stat().st_size for path in (data_dir / "blobs" / "staging").glob("*"))
