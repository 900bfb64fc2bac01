"""nginx and Caddy as parts of tests: the shipped configurations with addresses moved to free ports and a folder of the test's own."""

import base64
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from checkout import ROOT, run
from patience import PATIENCE_SECONDS, wait_until

MISSING = "there is no {} here: bash .ci/install-proxies installs Debian's"
CONFIGURATIONS = ROOT / "docs" / "deploy"
NAME, PERSON = "art.example", ("me", "open sesame")
# of those words, with a cost of 4: at the 14 of `caddy hash-password` each first request takes a second
BCRYPT = "$2b$04$limnlimnlimnlimnlimnl.kLuEkNL5CF5YhXnESaeEuHN/gkhXM96"
# all that Debian's own file has and the site needs; as root it would else serve as somebody who cannot read the folder
NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
# no address for its own administration, and no try at port 80
CADDY = """{
	admin off
	auto_https off
}
"""


@dataclass(frozen=True)
class Proxy:
    port: int
    plain_port: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    def client(self, *, address: str = "127.0.0.2", known: bool = True, **options: Any) -> httpx2.Client:
        """A client at that address of this machine, which knows the password or not; its base is /api/v1."""
        return httpx2.Client(
            base_url=f"https://127.0.0.1:{self.port}/api/v1",
            headers={"Host": f"{NAME}:{self.port}"} | ({"Authorization": password()} if known else {}),
            transport=httpx2.HTTPTransport(
                local_address=address, verify=ssl.create_default_context(cafile=self.certificate)
            ),
            timeout=PATIENCE_SECONDS,
            **options,
        )


def password() -> str:
    return "Basic " + base64.b64encode(":".join(PERSON).encode()).decode()


def program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


def here(name: str) -> str:
    """The name of a proxy that is installed; in CI each must be."""
    if program(name) is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING.format(name))
    return name


@contextmanager
def nginx(folder: Path, *upstreams: str) -> Iterator[Proxy]:
    """nginx before these addresses, by the shipped file."""
    proxy = Proxy(_free_port(), _free_port(), _certificate(folder))
    hashed = run(["openssl", "passwd", "-6", PERSON[1]], cwd=folder)  # as the shipped file says
    (folder / "limn.htpasswd").write_text(f"{PERSON[0]}:{hashed}", encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user), encoding="utf-8")
    (folder / "site.conf").write_text(_nginx_site(folder, proxy, upstreams), encoding="utf-8")
    log = folder / "error.log"
    with _running(["nginx", "-p", str(folder), "-e", str(log), "-c", str(folder / "nginx.conf")], folder, proxy.port):
        yield proxy


@contextmanager
def caddy(folder: Path, upstream: str) -> Iterator[Proxy]:
    """Caddy before this address, by the shipped file."""
    proxy = Proxy(_free_port(), 0, _certificate(folder))
    changes = {
        # its own certificates come from an authority that cannot be asked here
        f"{NAME} {{\n": f"https://{NAME}:{proxy.port}, https://127.0.0.1:{proxy.port} {{\n\ttls certificate.pem key.pem\n",
        "me ***": f"{PERSON[0]} {BCRYPT}",
        "127.0.0.1:8000": upstream,
    }
    site = _replaced((CONFIGURATIONS / "Caddyfile").read_text(encoding="utf-8"), changes)
    (folder / "Caddyfile").write_text(CADDY + site, encoding="utf-8")
    with _running(["caddy", "run", "--adapter", "caddyfile", "--config", "Caddyfile"], folder, proxy.port):
        yield proxy


def _nginx_site(folder: Path, proxy: Proxy, upstreams: tuple[str, ...]) -> str:
    """The file with what an operator puts in."""
    text = (CONFIGURATIONS / "nginx.conf").read_text(encoding="utf-8")
    second = "# server 127.0.0.1:8001 max_fails=0;"
    lines = {
        "    server 127.0.0.1:8000 max_fails=0;\n": f"    server {upstreams[0]} max_fails=0;\n",
        f"    {second}\n": f"    {second[2:].replace('127.0.0.1:8001', upstreams[1])}\n" if upstreams[1:] else "",
        "    listen 80;\n": f"    listen 127.0.0.1:{proxy.plain_port};\n",
        "    listen [::]:80;\n": "",
        "    listen 443 ssl http2;\n": f"    listen 127.0.0.1:{proxy.port} ssl http2;\n",
        "    listen [::]:443 ssl http2;\n": "",
    }
    paths = {
        "/etc/letsencrypt/live/art.example/fullchain.pem": proxy.certificate,
        "/etc/letsencrypt/live/art.example/privkey.pem": folder / "key.pem",
        "/etc/nginx/limn.htpasswd": folder / "limn.htpasswd",
    }
    return _replaced(text, lines | {name: str(path) for name, path in paths.items()})


def _replaced(text: str, changes: Mapping[str, str]) -> str:
    """What is replaced stands there once, else the file is no longer the one that is known here."""
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    found = program(command[0])
    assert found, MISSING.format(command[0])
    own = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    said = folder / "said.log"
    with (
        said.open("wb") as log,
        subprocess.Popen([found, *command[1:]], cwd=folder, env=own, stdout=log, stderr=log) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or _answers(port))
            assert process.poll() is None, said.read_text(encoding="utf-8")
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _certificate(folder: Path) -> Path:
    names = f"subjectAltName=DNS:{NAME},IP:127.0.0.1"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]
    made = ["-x509", "-days", "2", "-subj", f"/CN={NAME}", "-addext", names, "-out", "certificate.pem"]
    run(["openssl", "req", *key, *made], cwd=folder)
    return folder / "certificate.pem"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


Kind = Callable[..., AbstractContextManager[Proxy]]
KINDS: dict[str, Kind] = {"nginx": nginx, "caddy": caddy}
