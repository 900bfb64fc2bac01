"""The key with which Limn signs what it hands out."""

import contextlib
import os
import secrets
from pathlib import Path

from limn.errors import BadSettings
from limn.settings import Settings


def read(settings: Settings) -> str:
    """From the setting, its file, or `secret-key` in the data folder, which is made (mode 0600) where there is none. Raises
    BadSettings where the file is empty."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.secret_key_file or settings.data_dir / "secret-key"
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    key = path.read_text(encoding="utf-8").strip()
    if not key:
        raise BadSettings(f"LIMN_SECRET_KEY_FILE: {path} is empty; delete it and a new key is made")
    return key


def _write_once(path: Path, text: str) -> None:
    # linked into place when it is whole: of a server and a worker that start together, both read the same key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
