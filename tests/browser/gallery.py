"""A running gallery for journeys: a server process, and works hung in it over HTTP."""

from collections.abc import Iterable
from typing import Any

import httpx2
from playwright.sync_api import FilePayload

from patience import wait_until
from serving import Server
from uploads import upload_now, wait_until_analysed


class Gallery:
    """`url` and `client` follow the server when it is started again."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def client(self) -> httpx2.Client:
        return self.server.client()

    def hang(self, data: bytes, **fields: Any) -> dict[str, Any]:
        """The work as JSON, once it was looked at."""
        return self.hang_all([(data, fields)])[0]

    def hang_all(self, works: Iterable[tuple[bytes, dict[str, Any]]]) -> list[dict[str, Any]]:
        """In this order; the last is the newest."""
        with self.client as client:
            answers = [upload_now(client, data, **fields) for data, fields in works]
            for answer in answers:
                assert answer.status_code == 201, answer.text
            return [wait_until_analysed(client, answer.json()["id"]) for answer in answers]

    def wait_until_found(self, count: int, **question: str) -> None:
        """The index follows a moment behind, and a page asks it only once."""
        with self.client as client:
            wait_until(lambda: len(client.get("/search", params=question).json().get("items", [])) == count)

    def wait_until_alike(self, *works: dict[str, Any]) -> None:
        """Until the pages of these works can show others that look like them."""
        with self.client as client:
            for address in (f"/artworks/{work['id']}/similar" for work in works):
                wait_until(lambda address=address: client.get(address).json().get("items", []) != [])  # type: ignore[misc]


def chosen(name: str, data: bytes, kind: str = "image/png") -> FilePayload:
    """A file as a person chooses it, in the form `set_input_files` takes."""
    return FilePayload(name=name, mimeType=kind, buffer=data)
