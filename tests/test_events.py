"""Live news over a real connection: partial results, resuming, caps, and a stop that says bye."""

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx2
import pytest

import pictures
from limn.server import GRACE_SECONDS
from patience import PATIENCE_SECONDS, wait_until
from serving import Server
from streams import follow
from uploads import upload_now, wait_until_analysed


def test_results_arrive_as_they_are_found(server: Server) -> None:
    with server.client() as client:
        artwork = upload_now(client, pictures.jpeg(800, 600, seed=40), description="a blue picture").json()
        states, first_with_pictures = [], None
        with follow(client, artwork["id"]) as events:
            for event in events:
                analysis = event.data["analysis"]
                states.append(analysis["state"])
                if first_with_pictures is None and event.data["pages"][0]["renditions"]:
                    first_with_pictures = analysis["state"]
                if analysis["state"] == "done":
                    assert event.data["analysis"]["caption"]
                    break
    assert states == sorted(states, key=["pending", "running", "done"].index)
    assert first_with_pictures in {"running", "done"}


def test_a_worker_in_another_process_is_heard_within_two_seconds(tmp_path: Path) -> None:
    with Server(tmp_path / "data", LIMN_WORKERS="0") as server, server.client() as client:
        artwork = upload_now(client, pictures.jpeg(64, 64, seed=41)).json()
        with follow(client, artwork["id"]) as events, server.worker():
            for event in events:
                if event.data["analysis"]["state"] == "done":
                    break
        assert client.get(f"/artworks/{artwork['id']}").json()["analysis"]["state"] == "done"


def test_a_stream_resumes_from_the_last_event_it_saw(server: Server) -> None:
    with server.client() as client:
        old = upload_now(client, pictures.jpeg(64, 64, seed=42)).json()["id"]
        wait_until_analysed(client, old)
        with follow(client, old) as events:
            last = next(events).id
        time.sleep(0.01)
        new = upload_now(client, pictures.jpeg(64, 64, seed=43)).json()["id"]
        client.patch(f"/artworks/{new}", json={"title": "Changed while away"})
        with follow(client, old, new, last_event_id=last) as events:
            missed = next(event for event in events if event.data["id"] == new)
        assert missed.data["title"] == "Changed while away"


def test_streams_are_capped_and_a_closed_one_frees_its_place(server: Server) -> None:
    with server.client() as client:
        artwork_id = upload_now(client, pictures.jpeg(64, 64, seed=44)).json()["id"]
        wait_until_analysed(client, artwork_id)
        with ExitStack() as stack:
            streams = [stack.enter_context(follow(client, artwork_id)) for _ in range(6)]
            assert [next(events).kind for events in streams] == ["artwork"] * 6
            refused = client.get("/events", params={"artwork": artwork_id})
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
            assert int(refused.headers["retry-after"]) > 0

        def taken() -> bool:
            with client.stream("GET", "/events", params={"artwork": artwork_id}) as answer:
                return answer.status_code == 200

        # sooner than the next sign of life on an idle stream, by which the server would have noticed anyway
        wait_until(taken, within=10)


@pytest.mark.parametrize("query", ["", "?artwork=" + "&artwork=".join(["x"] * 101), "?job=1", "?artwork=" + "y" * 65])
async def test_what_cannot_be_followed_is_refused(client: httpx2.AsyncClient, query: str) -> None:
    assert (await client.get(f"/api/v1/events{query}")).status_code == 422


def test_a_stop_says_bye_gives_the_lease_back_and_ends_quickly(tmp_path: Path) -> None:
    heard: list[str] = []
    with Server(tmp_path / "data") as server:
        with server.client() as client:
            artwork_id = upload_now(client, pictures.jpeg(64, 64, seed=45)).json()["id"]
            wait_until_analysed(client, artwork_id)
            waiting = upload_now(client, pictures.jpeg(3000, 2500, seed=46)).json()["id"]
            started = threading.Event()

            def listen() -> None:
                with server.client() as own, follow(own, artwork_id) as events:
                    for event in events:
                        heard.append(event.kind)
                        started.set()

            thread = threading.Thread(target=listen)
            thread.start()
            assert started.wait(PATIENCE_SECONDS)
            began = time.monotonic()
            code = server.stop(signal.SIGTERM)
            took = time.monotonic() - began
            thread.join(PATIENCE_SECONDS)
        assert heard[-1] == "bye"
        assert took < GRACE_SECONDS, "nobody had to be cut off"
        assert code == -signal.SIGTERM  # 143 to a shell
        with closing(sqlite3.connect(server.data_dir / "limn.db")) as database:
            left = database.execute("SELECT state FROM artworks WHERE id = ?", (waiting,)).fetchone()
        assert left in {("pending",), ("done",)}, "the lease was given back"
        server.start()
        with server.client() as client:
            assert wait_until_analysed(client, waiting)["analysis"]["state"] == "done"


def test_a_request_in_flight_at_the_stop_is_finished(server: Server) -> None:
    data = pictures.noise_png(500, 400, seed=47)
    answers: list[int] = []
    signalled = threading.Event()

    def send() -> None:
        def halting() -> Iterator[bytes]:
            middle = len(body) - 1000
            yield body[:middle]
            signalled.wait(PATIENCE_SECONDS)
            time.sleep(0.5)
            yield body[middle:]

        request = httpx2.Request(
            "POST", "http://x/", data={"title": "t", "category": "comics"}, files={"file": ("x", data)}
        )
        body = request.read()
        headers = {"Content-Type": request.headers["content-type"], "Content-Length": str(len(body))}
        answers.append(
            httpx2.post(
                f"{server.url}/api/v1/artworks", content=halting(), headers=headers, timeout=PATIENCE_SECONDS
            ).status_code
        )

    thread = threading.Thread(target=send)
    thread.start()
    wait_until(lambda: any(path.is_file() for path in (server.data_dir / "blobs").rglob("*")))
    server.process.send_signal(signal.SIGTERM)
    signalled.set()
    assert server.process.wait(PATIENCE_SECONDS) == -signal.SIGTERM
    thread.join(PATIENCE_SECONDS)
    assert answers == [201]
