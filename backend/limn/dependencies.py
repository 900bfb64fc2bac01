"""What a route may ask for."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from limn.blobs.protocol import Blobs
from limn.errors import NotFound
from limn.imaging.sandbox import Sandbox
from limn.index.follower import Index
from limn.index.queries import Queries
from limn.models import LOCAL_ACCOUNT, Viewer
from limn.resources import Resources
from limn.settings import Settings
from limn.sight import Sight
from limn.stores.protocol import Store
from limn.vision.protocol import Vision


async def _resources(request: Request) -> Resources:
    resources: Resources = request.state.resources
    return resources


ResourcesDep = Annotated[Resources, Depends(_resources)]


async def _settings(resources: ResourcesDep) -> Settings:
    return resources.settings


async def _store(resources: ResourcesDep) -> Store:
    return resources.store


async def _blobs(resources: ResourcesDep) -> Blobs:
    return resources.blobs


async def _sandbox(resources: ResourcesDep) -> Sandbox:
    return resources.sandbox


async def _vision(resources: ResourcesDep) -> Vision:
    return resources.vision


async def _sight(resources: ResourcesDep) -> Sight:
    return resources.sight


async def _index(request: Request) -> Index:
    index: Index = request.state.index
    return index


async def _queries(request: Request) -> Queries:
    queries: Queries = request.state.queries
    return queries


async def _announce(request: Request) -> Callable[[], None]:
    """To be called after a write: the workers, the index and the event streams of this process look at the store at once."""
    announce: Callable[[], None] = request.state.announce
    return announce


async def _viewer() -> Viewer:
    # without accounts there is one person, and everything is theirs
    return Viewer(account_id=LOCAL_ACCOUNT, operator=True)


async def operator(viewer: Annotated[Viewer, Depends(_viewer)]) -> Viewer:
    """Raises NotFound for everybody else: what only an operator may see is not there for others."""
    if not viewer.operator:
        raise NotFound("There is nothing at this address.")
    return viewer


SettingsDep = Annotated[Settings, Depends(_settings)]
StoreDep = Annotated[Store, Depends(_store)]
BlobsDep = Annotated[Blobs, Depends(_blobs)]
SandboxDep = Annotated[Sandbox, Depends(_sandbox)]
VisionDep = Annotated[Vision, Depends(_vision)]
SightDep = Annotated[Sight, Depends(_sight)]
IndexDep = Annotated[Index, Depends(_index)]
QueriesDep = Annotated[Queries, Depends(_queries)]
AnnounceDep = Annotated[Callable[[], None], Depends(_announce)]
ViewerDep = Annotated[Viewer, Depends(_viewer)]
