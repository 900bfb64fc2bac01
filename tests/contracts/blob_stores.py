"""Every blob store that the contract holds, in one place; a test module imports the fixture `blobs` from here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from limn.blobs.local import Local
from limn.blobs.protocol import Blobs
from s3_server import open_s3

BLOBS: dict[str, Callable[[Path], Blobs]] = {
    "local": lambda folder: Local(folder / "blobs"),
    "s3": lambda folder: open_s3(folder / "staging"),
}


@pytest.fixture(name="blobs", params=BLOBS)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return BLOBS[request.param](tmp_path)
