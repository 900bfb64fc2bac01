"""Reads a compose file as `docker compose` would: merged, its ${NAME:-default} filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from checkout import ROOT

WHOLE = ROOT / "docker-compose.yml"
ONE = ROOT / "docs" / "deploy" / "one-container.yml"
MEBIBYTE = 1024 * 1024


def read(path: Path, given: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`given` is what stands in `.env`."""
    found: dict[str, Any] = _filled(yaml.safe_load(path.read_text(encoding="utf-8")), given or {})
    return found


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {name: _filled(each, given) for name, each in value.items()}
        case list():
            return [_filled(each, given) for each in value]
        case str():
            filled = re.sub(r"\$\{([A-Z_0-9]+):-([^}]*)\}", lambda found: given.get(found[1]) or found[2], value)
            assert "$" not in filled, "only ${NAME:-default} is read here"
            return filled
        case _:
            return value


def environment(service: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def seconds(text: str) -> int:
    found = re.fullmatch(r"([1-9]\d*)s", text)
    assert found, text
    return int(found[1])


def temporary_bytes(service: Mapping[str, Any]) -> int:
    """Of /tmp, the only one."""
    (mount,) = service["tmpfs"]
    path, _, options = mount.partition(":")
    size = re.search(r"size=(\d+)m", options)
    assert path == "/tmp"
    assert size
    assert {"noexec", "nosuid", "nodev"} <= set(options.split(","))
    return int(size[1]) * MEBIBYTE
