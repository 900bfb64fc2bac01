"""Settings: each variable is known, a mistake is named in one line, and secrets stay secret."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from limn import envfile, secret_key, settings
from limn.cli.config import lines
from limn.errors import BadSettings
from limn.settings import Settings, load

ROOT = Path(__file__).parent.parent
SECRETS = ("LIMN_SECRET_KEY", "HF_TOKEN", "PEXELS_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
# copied from the design of the interface, not read from the code it checks
DESIGNED = [
    "LIMN_DATA_DIR",
    "LIMN_DATABASE_URL",
    "LIMN_VECTOR_SEARCH",
    "LIMN_STORAGE_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "LIMN_SIGNED_DOWNLOADS",
    "LIMN_HOST",
    "LIMN_PORT",
    "LIMN_PUBLIC_URL",
    "FORWARDED_ALLOW_IPS",
    "LIMN_SECRET_KEY",
    "LIMN_SECRET_KEY_FILE",
    "LIMN_MAX_UPLOAD_BYTES",
    "LIMN_MAX_PIXELS",
    "LIMN_CATEGORIES",
    "LIMN_LANGUAGE",
    "LIMN_WORKERS",
    "LIMN_SEARCH_IDLE_SECONDS",
    "LIMN_VISION",
    "LIMN_SENTENCES",
    "LIMN_MODELS_DIR",
    "LIMN_ONNX_PROVIDERS",
    "LIMN_CLIP_MODEL",
    "LIMN_CAPTION_MODEL",
    "LIMN_VOCABULARY",
    "LIMN_HF_CLIP_URL",
    "LIMN_HF_BLIP_URL",
    "LIMN_HF_CHAT_URL",
    "LIMN_HF_CHAT_MODEL",
    "LIMN_HF_EMBED_URL",
    "LIMN_HF_ENDPOINT_TOKEN",
    "LIMN_HF_ROUTER_URL",
    "LIMN_HF_DAILY_CALLS",
    "LIMN_HF_DAILY_CALLS_EACH",
    "LIMN_HF_SEND_PRIVATE",
    "HF_TOKEN",
    "HF_ENDPOINT",
    "HF_HOME",
    "LIMN_ACCOUNTS",
    "LIMN_TRUST_NETWORK",
    "SMTP_URL",
    "LIMN_MAIL_FROM",
    "LIMN_IMPORT_ROOTS",
    "LIMN_OPENVERSE_URL",
    "LIMN_PEXELS_URL",
    "PEXELS_API_KEY",
    "LOG_LEVEL",
    "LOG_FORMAT",
]


def read(**environment: str) -> Settings:
    return load(environment, env_file=None)


def test_the_example_file_is_the_settings_written_out() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == envfile.example(), (
        "cd backend && ../.venv/bin/python -c 'from limn import envfile; print(envfile.example(), end=str())' > ../.env.example"
    )


def test_every_name_of_the_interface_is_known_and_no_other() -> None:
    assert sorted(settings.variable(field) for field in Settings.model_fields) == sorted(DESIGNED)


def test_the_example_file_changes_nothing_when_copied(tmp_path: Path) -> None:
    copy = tmp_path / ".env"
    copy.write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert load({}, env_file=copy) == load({}, env_file=None)


def test_nothing_needs_to_be_set() -> None:
    found = read()
    assert (found.host, found.port, found.accounts, found.vision) == ("127.0.0.1", 8000, "off", "auto")
    assert found.max_upload_bytes == 64 * 1024 * 1024
    assert found.store_url == "sqlite:///data/limn.db"
    assert found.blobs_url == f"file://{Path('data/blobs').absolute()}"


@pytest.mark.parametrize("source", ["environment", "file"])
def test_an_unknown_name_stops_the_start_and_is_named(tmp_path: Path, source: str) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("LIMN_PROT=9000\n" if source == "file" else "", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"^LIMN_PROT is not a setting Limn knows; see \.env\.example$"):
        load({"LIMN_PROT": "9000"} if source == "environment" else {}, env_file=env_file)


def test_names_for_tests_and_of_other_programs_are_no_concern() -> None:
    assert read(LIMN_TEST_FAILPOINT="anything", SHELL="/bin/sh", LIMNOLOGY="lakes") == read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMN_PORT", "eighty"),
        ("LIMN_PORT", "65536"),
        ("LIMN_PORT", "-1"),
        ("LIMN_MAX_UPLOAD_BYTES", "0"),
        ("LIMN_MAX_UPLOAD_BYTES", "64MiB"),
        ("LIMN_MAX_PIXELS", "0"),
        ("LIMN_WORKERS", "65"),
        ("LIMN_WORKERS", "-1"),
        ("LIMN_SEARCH_IDLE_SECONDS", "0"),
        ("LIMN_LANGUAGE", "english"),
        ("LIMN_VISION", "magic"),
        ("LIMN_SENTENCES", "on"),
        ("LIMN_ACCOUNTS", "everybody"),
        ("LIMN_TRUST_NETWORK", "perhaps"),
        ("FORWARDED_ALLOW_IPS", "*"),
        ("FORWARDED_ALLOW_IPS", "0.0.0.0/0"),
        ("FORWARDED_ALLOW_IPS", "::/0"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1/8"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,proxy.example"),
        ("LIMN_CATEGORIES", "No Slug"),
        ("LIMN_CATEGORIES", "a:A,a:B"),
        ("LIMN_CATEGORIES", ","),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read(**{name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LIMN_DATABASE_URL", "postgres://db/limn", "sqlite:///, mongodb://, mongodb+srv://"),
        ("LIMN_STORAGE_URL", "gs://bucket/prefix", "file:///, s3://"),
        ("LIMN_SIGNED_DOWNLOADS", "true", "LIMN_STORAGE_URL=s3://"),
        ("LIMN_ACCOUNTS", "open", "only off is built"),
        ("LIMN_ACCOUNTS", "invite", "only off is built"),
        ("SMTP_URL", "smtp://me:canary@mail.example", "not built yet"),
        ("LIMN_IMPORT_ROOTS", "/pictures", "not built yet"),
        ("LIMN_HOST", "0.0.0.0", "LIMN_TRUST_NETWORK"),
        ("LIMN_HOST", "::", "loopback only"),
    ],
)
def test_a_value_for_a_part_that_is_not_built_is_refused_in_words(name: str, value: str, words: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read(**{name: value})
    assert name in str(refused.value)
    assert words in str(refused.value)
    assert "canary" not in str(refused.value)


def test_the_network_is_trusted_only_when_the_operator_says_so_and_the_start_says_it_too() -> None:
    found = read(LIMN_HOST="0.0.0.0", LIMN_TRUST_NETWORK="true")
    assert found.host == "0.0.0.0"
    assert any("LIMN_TRUST_NETWORK" in note for note in found.notes())


def test_proxies_are_addresses_and_networks_and_the_start_says_whose_the_gallery_is_then() -> None:
    found = read(FORWARDED_ALLOW_IPS=" 127.0.0.1, 10.0.0.0/8 ,, fd00::/8")
    assert found.forwarded_allow_ips == "127.0.0.1,10.0.0.0/8,fd00::/8"
    assert any("FORWARDED_ALLOW_IPS" in note for note in found.notes())
    assert not any("FORWARDED_ALLOW_IPS" in note for note in read().notes())


@pytest.mark.parametrize(
    ("given", "port"), [({"PORT": "9001"}, 9001), ({"PORT": "9001", "LIMN_PORT": "9002"}, 9002), ({"PORT": ""}, 8000)]
)
def test_an_alias_is_read_and_the_own_name_wins(given: dict[str, str], port: int) -> None:
    assert read(**given).port == port


def test_a_refused_alias_is_answered_under_the_own_name() -> None:
    with pytest.raises(BadSettings, match=r"^LIMN_DATABASE_URL: "):
        read(MONGODB_URI="postgres://db/limn")


def test_the_environment_wins_over_the_file_and_an_empty_value_is_the_default(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("LIMN_PORT=9000\nLIMN_LANGUAGE=ru\nLIMN_WORKERS=\n", encoding="utf-8")
    found = load({"LIMN_PORT": "9100"}, env_file=env_file)
    assert (found.port, found.language, found.workers) == (9100, "ru", 1)


def test_urls_name_the_paths_they_say() -> None:
    found = read(LIMN_DATABASE_URL="sqlite:////srv/limn/gallery.db", LIMN_STORAGE_URL="file:///srv/limn/blobs")
    assert (found.store_url, found.blobs_url) == ("sqlite:////srv/limn/gallery.db", "file:///srv/limn/blobs")


def test_categories_are_slugs_with_titles() -> None:
    assert read(LIMN_CATEGORIES="oil:Oil on canvas, ink").categories == (("oil", "Oil on canvas"), ("ink", "Ink"))


def test_settings_cannot_be_changed_once_made() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read().port = 1


def test_secrets_are_masked_wherever_settings_are_shown() -> None:
    found = read(**dict.fromkeys(SECRETS, "canary"))
    shown = dict(line.split("=", 1) for line in lines(found))
    assert "canary" not in repr(found) + str(found) + str(shown) + found.model_dump_json()
    assert {shown[name].strip("*") for name in SECRETS} == {""}
    assert all(shown[name] for name in SECRETS)
    assert shown["LIMN_PORT"] == "8000"


def test_what_is_set_but_not_used_yet_is_said_without_its_value() -> None:
    notes = read(PEXELS_API_KEY="canary").notes()
    assert [note for note in notes if "PEXELS_API_KEY" in note]
    assert "canary" not in str(notes)


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    found = read(LIMN_DATA_DIR=str(tmp_path / "data"))
    first = secret_key.read(found)
    assert len(bytes.fromhex(first)) == 32
    assert secret_key.read(found) == first
    file = tmp_path / "data" / "secret-key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret-key"]


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for attempt in range(20):
            found = read(LIMN_DATA_DIR=str(tmp_path / str(attempt)))
            keys = set(pool.map(lambda _, found=found: secret_key.read(found), range(8)))
            assert len(keys) == 1
            assert len(keys.pop()) == 64


def test_the_secret_key_may_stand_in_a_file_or_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from the file\n", encoding="utf-8")
    assert secret_key.read(read(LIMN_SECRET_KEY_FILE=str(file))) == "from the file"
    assert secret_key.read(read(LIMN_SECRET_KEY_FILE=str(file), LIMN_SECRET_KEY="given")) == "given"


def test_an_empty_secret_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    with pytest.raises(BadSettings, match="LIMN_SECRET_KEY_FILE"):
        secret_key.read(read(LIMN_SECRET_KEY_FILE=str(tmp_path / "key")))


@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o640, True), (0o600, False)])
def test_a_readable_env_file_is_warned_about(tmp_path: Path, mode: int, warned: bool) -> None:
    env_file = tmp_path / ".env"
    env_file.touch()
    env_file.chmod(mode)
    script = "from limn.settings import load; print(load().notes())"
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ("chmod 600 .env" in run.stdout) is warned


def test_a_file_that_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LIMN_LANGUAGE=\xff\xfe")
    with pytest.raises(BadSettings, match="not UTF-8"):
        load({}, env_file=tmp_path / ".env")
