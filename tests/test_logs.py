"""What is logged, what is never logged, and what an error tells."""

import json
import sqlite3
import time
from pathlib import Path

import pictures
from limn import logs
from serving import Server
from uploads import upload_now, wait_until_analysed

HOSTILE = 'a\r\nINJECTED {"level":"error"}\x1b[31m\u2028 end'
CANARIES = ["canary-bearer-1", "canary-cookie-2", "canary-password-3", "canary-key-4"]


def test_each_event_is_one_json_line_whatever_was_typed(tmp_path: Path) -> None:
    with Server(tmp_path / "data", LOG_LEVEL="debug", LIMN_SECRET_KEY="canary-key-4") as server:
        with server.client() as client:
            made = upload_now(client, pictures.jpeg(64, 64, seed=50), title=HOSTILE, description=HOSTILE)
            wait_until_analysed(client, made.json()["id"])
            headers = {
                "Authorization": "Bearer canary-bearer-1",
                "Cookie": "limn_session=canary-cookie-2",
                "User-Agent": "\x1b[31m",
            }
            client.get("/artworks/%0d%0aINJECTED%1b[31m", headers=headers)
            client.get("/nothing", params={"password": "canary-password-3"})
        server.stop()
        lines = [line for line in server.log if not line.startswith("Limn is at ")]
    assert lines
    parsed = [json.loads(line) for line in lines]
    requests = [line for line in parsed if line["message"] == "request"]
    assert all(line["request_id"] for line in requests)
    assert not any("INJECTED" in line.get("message", "") for line in parsed)
    whole = "\n".join(lines)
    assert "\x1b" not in whole
    assert [canary for canary in CANARIES if canary in whole] == []


def test_what_looks_like_a_secret_is_masked_wherever_it_stands() -> None:
    said = logs.mask("GET https://u:p4ss@h/x?token=abc123&a=1 Authorization: Bearer xyz hf_abcdef password=hunter2")
    assert [word for word in ("p4ss", "abc123", "xyz", "hf_abcdef", "hunter2") if word in said] == []
    assert "a=1" in said
    said = logs.mask('HF_TOKEN=canary1 AWS_SECRET_ACCESS_KEY=canary2 {"api_key": "canary3"} limn_canary4')
    assert "canary" not in said


def test_the_name_of_a_setting_is_no_secret() -> None:
    assert logs.mask("LIMN_TRUST_NETWORK is on") == "LIMN_TRUST_NETWORK is on"


def test_a_long_line_is_masked_in_no_time() -> None:
    began = time.monotonic()
    logs.mask("a" * 1_000_000)
    assert time.monotonic() - began < 5, "a pattern that tries every pair of places would take hours"


def test_an_error_of_ours_tells_only_its_request_id(server: Server) -> None:
    with server.client() as client:
        artwork_id = upload_now(client, pictures.jpeg(64, 64, seed=51)).json()["id"]
        wait_until_analysed(client, artwork_id)
        with sqlite3.connect(server.data_dir / "limn.db") as database:  # a document nobody could have written
            database.execute("UPDATE artworks SET document = '{\"id\": 1}'")
        broken = client.get(f"/artworks/{artwork_id}")
        healthy = client.get("/limits")
    assert broken.status_code == 500
    assert set(broken.json()) == {"type", "title", "status", "code", "detail", "request_id", "errors"}
    assert broken.json()["code"] == "internal_error"
    assert [word for word in ("Traceback", "pydantic", "validation", str(server.data_dir)) if word in broken.text] == []
    assert any(broken.json()["request_id"] in line and "Traceback" in line for line in server.log)
    assert healthy.status_code == 200
