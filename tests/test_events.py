"""Live news over a real connection: partial results, resuming, caps, and a stop that says bye."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

import pictures
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
        deadline = time.monotonic() + 2
        while True:
            try:
                with follow(client, artwork_id) as events:
                    next(events)
                break
            except AssertionError:
                assert time.monotonic() < deadline, "a closed stream kept its place for two seconds"
                time.sleep(0.05)


@pytest.mark.parametrize("query", ["", "?artwork=" + "&artwork=".join(["x"] * 101), "?job=1", "?artwork=" + "y" * 65])
def test_what_cannot_be_followed_is_refused(server: Server, query: str) -> None:
    assert httpx2.get(f"{server.url}/api/v1/events{query}").status_code == 422


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
            started.wait(5)
            began = time.monotonic()
            code = server.stop(signal.SIGTERM)
            took = time.monotonic() - began
            thread.join(5)
        assert heard[-1] == "bye"
        assert took < 5
        assert code == -signal.SIGTERM  # 143 to a shell
        server.start()
        with server.client() as client:
            began = time.monotonic()
            assert wait_until_analysed(client, waiting)["analysis"]["state"] == "done"
            assert time.monotonic() - began < 10, "the lease was not given back"


def test_a_request_in_flight_at_the_stop_is_finished(server: Server) -> None:
    data = pictures.jpeg(400, 400, seed=47)
    answers: list[int] = []

    def send() -> None:
        def slowly() -> Iterator[bytes]:
            for start in range(0, len(body), len(body) // 8 + 1):
                yield body[start : start + len(body) // 8 + 1]
                time.sleep(0.2)

        request = httpx2.Request(
            "POST", "http://x/", data={"title": "t", "category": "comics"}, files={"file": ("x", data)}
        )
        body = request.read()
        headers = {"Content-Type": request.headers["content-type"], "Content-Length": str(len(body))}
        answers.append(
            httpx2.post(f"{server.url}/api/v1/artworks", content=slowly(), headers=headers, timeout=30).status_code
        )

    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(0.5)
    server.stop(signal.SIGTERM)
    thread.join(10)
    assert answers == [201]
