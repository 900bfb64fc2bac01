"""Every environment variable Limn reads, as one frozen object. Nothing else reads the environment."""

import os
import re
import stat
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, Self

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from limn.errors import BadSettings

_SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
UNBUILT = (
    # field, what it belongs to; a value other than the default is refused until that part is built
    ("smtp_url", "mail"),
    ("mail_from", "mail"),
    ("import_roots", "folder import"),
    ("openverse_url", "sourcing"),
    ("pexels_url", "sourcing"),
)


STORES = ("sqlite:///", "mongodb://", "mongodb+srv://")
STORAGES = ("file:///", "s3://")


def _var(default: Any, *names: str, about: str, **rules: Any) -> Any:
    """A field with the environment names that set it, first the canonical one, and its sentence in `.env.example`."""
    return Field(default, json_schema_extra={"names": " ".join(names), "about": about}, **rules)


class Settings(BaseModel):
    """Made by `load`. Field metadata carries each variable's name, so `.env.example`, `config show` and errors agree."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data_dir: Path = _var(Path("data"), "LIMN_DATA_DIR", about="Where everything is kept")
    database_url: str = _var(
        "",
        "LIMN_DATABASE_URL",
        "MONGODB_URI",
        about="sqlite:///path or mongodb://host/name; empty: limn.db in the data folder",
    )
    vector_search: Literal["memory", "mongodb"] = _var("memory", "LIMN_VECTOR_SEARCH", about="Or mongodb, experimental")
    storage_url: str = _var(
        "", "LIMN_STORAGE_URL", about="file:///path or s3://bucket/prefix; empty: blobs/ in the data folder"
    )
    aws_access_key_id: str = _var("", "AWS_ACCESS_KEY_ID", about="For S3; empty: the machine's own role")
    aws_secret_access_key: SecretStr | None = _var(None, "AWS_SECRET_ACCESS_KEY", about="Its secret")
    aws_session_token: SecretStr | None = _var(None, "AWS_SESSION_TOKEN", about="Where the key is a temporary one")
    aws_region: str = _var("us-east-1", "AWS_REGION", "AWS_DEFAULT_REGION", about="Where the bucket is")
    aws_endpoint_url: str = _var("", "AWS_ENDPOINT_URL", about="Where S3 is not Amazon's: its address")
    signed_downloads: bool = _var(
        False, "LIMN_SIGNED_DOWNLOADS", about="Originals come from the bucket, signed for a while"
    )
    host: str = _var("127.0.0.1", "LIMN_HOST", about="Address to listen on")
    port: int = _var(8000, "LIMN_PORT", "PORT", about="Port to listen on", ge=0, le=65535)
    public_url: str = _var("", "LIMN_PUBLIC_URL", about="The address people type, where it is not the one above")
    forwarded_allow_ips: str = _var(
        "",
        "FORWARDED_ALLOW_IPS",
        about="Proxies that are believed who their client is: addresses and networks, separated by commas",
    )
    secret_key: SecretStr | None = _var(
        None, "LIMN_SECRET_KEY", about="Signs what Limn hands out; made on the first run where it is empty"
    )
    secret_key_file: Path | None = _var(None, "LIMN_SECRET_KEY_FILE", about="A file that holds it")
    max_upload_bytes: int = _var(
        64 * 1024 * 1024, "LIMN_MAX_UPLOAD_BYTES", about="Largest picture file, in bytes", ge=1
    )
    max_pixels: int = _var(100_000_000, "LIMN_MAX_PIXELS", about="Largest picture, in pixels", ge=1)
    categories: tuple[tuple[str, str], ...] = _var(
        (("portraits", "Portraits"), ("illustrations", "General Illustrations"), ("comics", "Comics")),
        "LIMN_CATEGORIES",
        about="slug:Title pairs, separated by commas",
    )
    language: str = _var(
        "en", "LIMN_LANGUAGE", about="The language most descriptions are in, two letters", pattern="^[a-z]{2}$"
    )
    workers: int = _var(
        1, "LIMN_WORKERS", about="Analysis workers inside the server; 0: `limn worker` does it", ge=0, le=64
    )
    search_idle_seconds: int = _var(
        1800, "LIMN_SEARCH_IDLE_SECONDS", about="When a search by picture is forgotten", ge=1
    )
    vision: Literal["auto", "basic", "onnx", "huggingface"] = _var(
        "auto", "LIMN_VISION", about="Who looks: auto, basic, onnx, huggingface"
    )
    sentences: Literal["auto", "off"] = _var("auto", "LIMN_SENTENCES", about="The sentence model: auto, off")
    models_dir: Path | None = _var(None, "LIMN_MODELS_DIR", about="Model files, for machines without internet")
    clip_model: str = _var(
        "clip-vit-base-patch32",
        "LIMN_CLIP_MODEL",
        about="The local CLIP: a name of `limn models list`, or your own folder's",
    )
    caption_model: str = _var(
        "distilvit",
        "LIMN_CAPTION_MODEL",
        about="The local captioner: a name of `limn models list`, or your own folder's",
    )
    onnx_providers: str = _var("", "LIMN_ONNX_PROVIDERS", about="ONNX Runtime execution providers")
    vocabulary: Path | None = _var(None, "LIMN_VOCABULARY", about="Your own tag words, a file")
    hf_clip_url: str = _var("", "LIMN_HF_CLIP_URL", about="A zero-shot (CLIP) endpoint")
    hf_blip_url: str = _var("", "LIMN_HF_BLIP_URL", about="An image-to-text (BLIP) endpoint")
    hf_chat_url: str = _var("", "LIMN_HF_CHAT_URL", about="A chat endpoint that sees")
    hf_chat_model: str = _var("", "LIMN_HF_CHAT_MODEL", about="Its model")
    hf_embed_url: str = _var("", "LIMN_HF_EMBED_URL", about="An endpoint that embeds pictures and text")
    hf_endpoint_token: SecretStr | None = _var(
        None, "LIMN_HF_ENDPOINT_TOKEN", about="The token for the endpoints above"
    )
    hf_router_url: str = _var(
        "https://router.huggingface.co",
        "LIMN_HF_ROUTER_URL",
        about="Where HF_TOKEN is sent: the router, or a gateway to it",
    )
    hf_daily_calls: int = _var(1000, "LIMN_HF_DAILY_CALLS", about="Most calls a day to models elsewhere; 0: none", ge=0)
    hf_daily_calls_each: int = _var(
        500, "LIMN_HF_DAILY_CALLS_EACH", about="Most calls a day for the works of one artist", ge=0
    )
    hf_send_private: bool = _var(False, "LIMN_HF_SEND_PRIVATE", about="May private works leave the machine")
    hf_token: SecretStr | None = _var(None, "HF_TOKEN", about="Hugging Face token")
    hf_endpoint: str = _var("", "HF_ENDPOINT", about="A mirror of the hub")
    hf_home: Path | None = _var(None, "HF_HOME", about="Hugging Face's own cache")
    accounts: Literal["open", "invite", "closed", "off"] = _var(
        "off", "LIMN_ACCOUNTS", about="Who may sign up; off: one person on one machine"
    )
    trust_network: bool = _var(
        False, "LIMN_TRUST_NETWORK", about="Without accounts: whoever reaches the port is that person"
    )
    smtp_url: SecretStr | None = _var(None, "SMTP_URL", about="smtp://user:password@host:port")
    mail_from: str = _var("", "LIMN_MAIL_FROM", about="Sender of letters")
    import_roots: str = _var("", "LIMN_IMPORT_ROOTS", about="Folders an import may read")
    openverse_url: str = _var("", "LIMN_OPENVERSE_URL", about="Openverse's address")
    pexels_url: str = _var("", "LIMN_PEXELS_URL", about="Pexels' address")
    pexels_api_key: SecretStr | None = _var(None, "PEXELS_API_KEY", about="Pexels key")
    log_level: Literal["debug", "info", "warning", "error"] = _var(
        "info", "LOG_LEVEL", about="debug, info, warning, error"
    )
    log_format: Literal["json", "console"] = _var("json", "LOG_FORMAT", about="json, console")

    @field_validator("categories", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition(":") for part in value.split(",") if part.strip()]
        found = tuple((slug.strip(), title.strip() or slug.strip().capitalize()) for slug, _, title in pairs)
        if not found or any(not _SLUG.match(slug) for slug, _ in found) or len({s for s, _ in found}) != len(found):
            raise PydanticCustomError("categories", "must be slug:Title pairs separated by commas, each slug once")
        return found

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _networks(cls, value: str) -> str:
        named = [part.strip() for part in value.split(",") if part.strip()]
        if not all(_is_network(part) for part in named):
            raise PydanticCustomError("proxies", "must name addresses and networks, such as 127.0.0.1,10.0.0.0/8")
        return ",".join(named)

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _buildable(self) -> Self:
        for problem in self._problems():
            raise PydanticCustomError("unavailable", "{problem}", {"problem": problem})
        return self

    def _problems(self) -> list[str]:
        fields = type(self).model_fields
        found = [
            f"{variable(name)}: {part} is not built yet"
            for name, part in UNBUILT
            if getattr(self, name) != fields[name].default
        ]
        if self.database_url and not self.database_url.startswith(STORES):
            found.append(f"LIMN_DATABASE_URL: it must begin with one of {', '.join(STORES)}")
        if self.storage_url and not self.storage_url.startswith(STORAGES):
            found.append(f"LIMN_STORAGE_URL: it must begin with one of {', '.join(STORAGES)}")
        if self.signed_downloads and not (
            self.storage_url.startswith("s3://") and self.aws_access_key_id and self.aws_secret_access_key
        ):
            found.append(
                "LIMN_SIGNED_DOWNLOADS: it needs LIMN_STORAGE_URL=s3://… with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        if self.accounts != "off":
            found.append("LIMN_ACCOUNTS: only off is built; accounts come in a later version")
        if self.accounts == "off" and not self.trust_network and self.host not in {"127.0.0.1", "::1", "localhost"}:
            found.append(
                "LIMN_HOST: without accounts Limn listens on loopback only (LIMN_TRUST_NETWORK=true lifts this for a container)"
            )
        return found

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'limn.db'}"

    @property
    def blobs_url(self) -> str:
        return self.storage_url or f"file://{(self.data_dir / 'blobs').absolute()}"

    def notes(self) -> list[str]:
        """What the operator should hear at the start."""
        notes = []
        if self.trust_network:
            notes.append("LIMN_TRUST_NETWORK is on: whoever reaches this port owns the gallery.")
        if self.forwarded_allow_ips and self.accounts == "off":
            notes.append(
                "FORWARDED_ALLOW_IPS is set: whoever that proxy lets through owns the gallery; let it ask for a password."
            )
        notes += [
            f"{variable(name)} is set, but nothing uses it yet."
            for name in ("hf_home", "pexels_api_key")
            if getattr(self, name)
        ]
        env_file = Path(".env")
        if env_file.exists() and env_file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            notes.append(".env can be read by others on this machine: chmod 600 .env")
        return notes


def _is_network(text: str) -> bool:
    """Also an address. Not everybody (`*`, /0): then the address that a client made up would be believed."""
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False


def names(field: str) -> tuple[str, ...]:
    """The environment names of a field, the canonical one first."""
    extra = Settings.model_fields[field].json_schema_extra
    assert isinstance(extra, dict)
    return tuple(str(extra["names"]).split())


def variable(field: str) -> str:
    return names(field)[0]


def load(
    environment: Mapping[str, str] | None = None,
    *,
    env_file: Path | None = Path(".env"),
    override: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from `override` over the environment over `.env`. Raises BadSettings, one line that names the variable."""
    try:
        given = {k: v for k, v in dotenv_values(env_file).items() if v} if env_file and env_file.is_file() else {}
    except UnicodeDecodeError:
        raise BadSettings(f"{env_file} is not UTF-8 text") from None
    given |= dict(os.environ if environment is None else environment) | dict(override or {})
    known = {name: field for field in Settings.model_fields for name in names(field)}
    unknown = sorted(n for n in given if n.startswith("LIMN_") and not n.startswith("LIMN_TEST_") and n not in known)
    if unknown:
        raise BadSettings(f"{unknown[0]} is not a setting Limn knows; see .env.example")
    values: dict[str, str] = {}
    for name, field in reversed(known.items()):  # the canonical name is first, so it is written last and wins
        if given.get(name):
            values[field] = given[name] or ""
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{variable(str(first['loc'][0]))}: " if first["loc"] else ""
        raise BadSettings(f"{where}{first['msg']}") from None
