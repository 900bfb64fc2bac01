"""For the operator over HTTP: the models, and bringing them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from limn.admin import models
from limn.admin.downloads import Downloads
from limn.admin.views import ModelNames, ModelsView
from limn.dependencies import ResourcesDep, operator
from limn.problems import documented

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(operator)])


async def _downloads(request: Request) -> Downloads:
    downloads: Downloads = request.state.downloads
    return downloads


DownloadsDep = Annotated[Downloads, Depends(_downloads)]


@router.get("/models", operation_id="getModels", responses=documented(404))
async def get(resources: ResourcesDep, downloads: DownloadsDep) -> ModelsView:
    """Who looks at pictures and in which order, which model files are there, and how far a new space is."""
    return await models.describe(resources, downloads)


@router.post("/models", status_code=202, operation_id="downloadModels", responses=documented(404, 408, 409, 413))
async def download(body: ModelNames, resources: ResourcesDep, downloads: DownloadsDep) -> ModelsView:
    """Fetch models in the background of this server, one after the other. Works are looked at again as soon as one is there."""
    downloads.start(body.names)
    return await models.describe(resources, downloads)


@router.delete("/models", status_code=204, operation_id="stopDownload", responses=documented(404))
async def stop(downloads: DownloadsDep) -> None:
    """Stop the download, if one runs; what has come is kept for the next time."""
    downloads.stop()
