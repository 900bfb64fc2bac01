"""The compose files, without an engine: what each service may do, what it is given, and the commands run on this machine."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pymongo.uri_parser import parse_uri

import compose
import dockerfile
import pictures
from checkout import ROOT, run
from limn.server import GRACE_SECONDS
from limn.settings import Settings, load
from patience import PATIENCE_SECONDS
from serving import Server, environment
from uploads import upload_now, wait_until_analysed

FINAL = dockerfile.stages((ROOT / "Dockerfile").read_text(encoding="utf-8"))[-1]
WHOLE, ONE = compose.read(compose.WHOLE), compose.read(compose.ONE)
SERVICES: dict[str, dict[str, Any]] = {**WHOLE["services"], "one": ONE["services"]["limn"]}
OURS = {name: service for name, service in SERVICES.items() if "build" in service and name != "s3-bucket"}
S3 = {k: v or "" for k, v in dotenv_values(ROOT / "docs" / "deploy" / "s3.env").items()}


def settings(name: str, given: dict[str, str] | None = None) -> Settings:
    """Of one of our services, as the process in it reads them."""
    services = (
        compose.read(compose.WHOLE, given)["services"] if name != "one" else compose.read(compose.ONE)["services"]
    )
    service = services["limn" if name == "one" else name]
    return load({**FINAL.environment(), **compose.environment(service)}, env_file=None)


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_may_do_what_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"cap_add", "privileged", "devices", "pid", "ipc", "userns_mode"} & service.keys()
    assert service["pids_limit"] <= 512
    assert service["mem_limit"]
    user = service["user"] if "build" not in service else FINAL.all("USER")[0].words[0]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert compose.temporary_bytes(service)
    assert compose.seconds(service["stop_grace_period"]) >= 10


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    if name == "s3-bucket":
        assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True}), "it ends at once"
        return
    assert service["restart"] == "unless-stopped"
    own = service.get(
        "healthcheck", {"test": ["CMD", *FINAL.all("HEALTHCHECK")[0].words]} if "build" in service else {}
    )
    assert own["test"][0] == "CMD", "no shell"
    assert len(own["test"]) > 1


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_kept_is_kept_in_a_named_volume(name: str) -> None:
    declared = ONE["volumes"] if name == "one" else WHOLE["volumes"]
    for volume in SERVICES[name].get("volumes", []):
        assert volume.partition(":")[0] in declared, "nothing of this machine is mounted"


def test_two_galleries_never_share_a_volume() -> None:
    # what the works of one do not need is cleared away, and that is every picture of the other
    assert WHOLE["name"] == ONE["name"], "so that one takes the place of the other"
    assert not WHOLE["volumes"].keys() & ONE["volumes"].keys()


def test_each_image_is_of_one_version() -> None:
    for name, service in SERVICES.items():
        found = re.fullmatch(r"[a-z/]+:v?(\d[\d.]+)(@sha256:[0-9a-f]{64})?", service["image"])
        assert found, name
        assert "." in found[1], "a major version alone is another image next week"
    assert "imagetools inspect" in compose.WHOLE.read_text(encoding="utf-8"), "it says how to pin a digest"


def test_ports_are_published_on_this_machine_only() -> None:
    exposed = FINAL.all("EXPOSE")[0].words[0]
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            address, outside, inside = port.split(":")
            assert (address, outside) == ("127.0.0.1", inside)
            assert name == "mail" or inside == exposed == str(settings(name).port)
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"limn", "mail", "one"}
    assert not [name for name, service in SERVICES.items() if "network_mode" in service]


def test_what_asks_for_no_password_is_on_the_inner_network_only() -> None:
    assert WHOLE["networks"]["inside"] == {"internal": True}
    for name in ("mongo", "s3", "s3-bucket"):
        assert SERVICES[name]["networks"] == ["inside"]
    for name in ("limn", "worker"):
        assert SERVICES[name]["networks"] == ["default", "inside"], "models come from outside"


@pytest.mark.parametrize("name", OURS)
def test_the_settings_accept_what_a_service_is_given(name: str) -> None:
    found = settings(name)
    volume, _, folder = SERVICES[name]["volumes"][0].partition(":")
    assert str(found.data_dir) == FINAL.all("VOLUME")[0].words[0] == folder
    assert volume == ("limn-data" if name == "one" else "gallery-data"), "the key, pictures and models are the same"
    assert found.blobs_url == "file:///data/blobs"
    assert (found.host, found.trust_network) == (("127.0.0.1", False) if name == "worker" else ("0.0.0.0", True))
    assert found.workers == (0 if name == "limn" else 1)
    assert found.store_url.startswith("sqlite:" if name == "one" else "mongodb:")


@pytest.mark.parametrize("name", OURS)
def test_temporary_space_holds_the_largest_uploads_of_all_decoders(name: str) -> None:
    found = settings(name)
    assert compose.temporary_bytes(OURS[name]) >= found.max_upload_bytes * 2 * max(2, found.workers + 1)


@pytest.mark.parametrize("name", OURS)
def test_stopping_waits_longer_than_the_process_takes(name: str) -> None:
    assert compose.seconds(OURS[name]["stop_grace_period"]) >= GRACE_SECONDS + 5
    assert OURS[name]["init"] is True


def test_the_database_is_asked_for_by_the_names_it_has() -> None:
    address = parse_uri(settings("limn").store_url)
    assert settings("worker").store_url == settings("limn").store_url
    assert (address["nodelist"], address["database"]) == ([("mongo", 27017)], "limn")
    command = SERVICES["mongo"]["command"]
    assert command[command.index("--replSet") + 1] == address["options"]["replicaSet"]
    assert 'host: "mongo:27017"' in SERVICES["mongo"]["healthcheck"]["test"][-1]
    for name in ("limn", "worker"):
        assert SERVICES[name]["depends_on"] == {"mongo": {"condition": "service_healthy"}}


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node.js here to read the shell's script")
@pytest.mark.parametrize(
    ("state", "status", "initiated"),
    [("new", 1, True), ("electing", 1, False), ("primary", 0, False), ("broken", 1, False)],
)
def test_the_set_is_made_once_and_well_when_it_may_be_written_to(state: str, status: int, initiated: bool) -> None:
    """The script of the health check, in Node.js with the little of mongosh that it asks for."""
    shell = """
        const [state, script] = process.argv.slice(1), made = [];
        const fail = (codeName) => { throw Object.assign(new Error(), { codeName }); };
        const rs = { initiate: (set) => made.push(set), status: () => {
            if (state === "new") fail("NotYetInitialized"); if (state === "broken") fail("Unauthorized"); } };
        const db = { hello: () => ({ isWritablePrimary: state === "primary" }) };
        const quit = (code) => { console.log(JSON.stringify(made)); process.exit(code); };
        new Function("rs", "db", "quit", script)(rs, db, quit);
    """
    done = subprocess.run(
        ["node", "-e", shell, state, SERVICES["mongo"]["healthcheck"]["test"][-1]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    made = json.loads(done.stdout or "[]")
    assert made == ([{"_id": "rs0", "members": [{"_id": 0, "host": "mongo:27017"}]}] if initiated else [])


def test_server_and_worker_of_the_file_keep_one_gallery(mongodb_url: str, tmp_path: Path) -> None:
    here = {"LIMN_DATABASE_URL": mongodb_url, "LIMN_HOST": "127.0.0.1", "LIMN_DATA_DIR": str(tmp_path / "data")}
    given = {name: {**compose.environment(WHOLE["services"][name]), **here} for name in ("limn", "worker")}
    limn = [sys.executable, "-m", "limn"]
    with Server(tmp_path / "data", port=0, cwd=None, prefix=(), **given["limn"]) as server, server.client() as client:
        command = [*limn, *WHOLE["services"]["worker"]["command"][1:]]
        with subprocess.Popen(
            command, env=environment(given["worker"]), cwd=tmp_path, stdout=subprocess.DEVNULL
        ) as worker:
            try:
                work = upload_now(client, pictures.jpeg(60, 40, seed=1)).json()
                assert wait_until_analysed(client, work["id"])["analysis"]["state"] == "done"
            finally:
                worker.terminate()
                worker.wait(PATIENCE_SECONDS)
        check = WHOLE["services"]["worker"]["healthcheck"]["test"][2:]
        assert "ok   store" in run([*limn, *check], cwd=tmp_path, env=environment(given["worker"]))


def test_pictures_go_to_the_s3_service_with_the_shipped_lines(tmp_path: Path) -> None:
    assert S3["COMPOSE_PROFILES"] == "s3"
    whole = compose.read(compose.WHOLE, S3)["services"]
    service, maker = whole["s3"], whole["s3-bucket"]
    assert {name for name, each in whole.items() if "profiles" in each} == {"s3", "s3-bucket", "mail"}
    for name in ("limn", "worker"):
        found = settings(name, S3)
        assert found.aws_endpoint_url == f"http://s3{service['environment']['VGW_PORT']}"
        assert found.aws_access_key_id == service["environment"]["ROOT_ACCESS_KEY_ID"]
        assert found.aws_secret_access_key
        assert found.aws_secret_access_key.get_secret_value() == service["environment"]["ROOT_SECRET_ACCESS_KEY"]
    # its bucket is a folder of the volume that both mount, made by the user as whom it runs
    assert service["volumes"] == maker["volumes"] == ["s3-data:/data"]
    assert service["user"] == FINAL.all("USER")[0].words[0]
    assert service["depends_on"] == {"s3-bucket": {"condition": "service_completed_successfully"}}
    script = maker["command"][-1].replace("/data/", f"{tmp_path}/")
    for _ in range(2):
        run([sys.executable, "-c", script], cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [settings("limn", S3).blobs_url.removeprefix("s3://")]
    assert (
        f"{service['environment']['VGW_PORT']}{service['environment']['VGW_HEALTH']}"
        in service["healthcheck"]["test"][-1]
    )
