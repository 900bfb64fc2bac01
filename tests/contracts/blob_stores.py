"""Every blob store that the contract holds, in one place; a test module imports the fixture `blobs` from here."""

from pathlib import Path

import pytest

from limn.blobs.local import Local
from limn.blobs.protocol import Blobs


@pytest.fixture(name="blobs", params=["local"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return {"local": lambda: Local(tmp_path / "blobs")}[request.param]()
