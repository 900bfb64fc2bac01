"""The words of works in the space of sentences: read with the picture, after every edit, and for all that were there before."""

from pathlib import Path

import numpy as np
import pytest

import pictures
from limn.language.minilm import SPACE
from limn.stores.sqlite import open_store
from looking import Gallery, open_gallery
from patience import eventually
from sentence_model import folder, minilm


async def is_read_as(data: Path, artwork_id: str, words: str) -> bool:
    async with open_store(data / "limn.db") as store:
        found = (await store.vectors.many([artwork_id], SPACE)).get(artwork_id)
    return found is not None and float(found @ minilm().embed_now([words])[0]) > 0.9999


async def edit(gallery: Gallery, artwork_id: str, **fields: object) -> None:
    work = await gallery.client.get(f"/api/v1/artworks/{artwork_id}")
    answer = await gallery.client.patch(
        f"/api/v1/artworks/{artwork_id}", json=fields, headers={"If-Match": work.headers["etag"]}
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture(autouse=True)
def _installed() -> None:
    folder()


async def test_words_are_read_with_the_picture_after_each_edit_and_go_with_the_work(tmp_path: Path) -> None:
    async with open_gallery(tmp_path, LIMN_SENTENCES="auto") as gallery:
        words = {"title": "Morning", "description": "A ginger cat", "tags": "cat,window", "category": "illustrations"}
        work = (await gallery.hang(pictures.jpeg(), **words))["id"]
        assert await is_read_as(gallery.data, work, "Morning. A ginger cat. cat, window. illustrations")
        await edit(gallery, work, title="Evening", tags=["dog"])
        await eventually(lambda: is_read_as(gallery.data, work, "Evening. A ginger cat. dog. illustrations"))
        await edit(gallery, work, description="A red dog")
        await eventually(lambda: is_read_as(gallery.data, work, "Evening. A red dog. dog. illustrations"))
        await edit(gallery, work, category="comics")
        await eventually(lambda: is_read_as(gallery.data, work, "Evening. A red dog. dog. comics"))
        await gallery.client.delete(f"/api/v1/artworks/{work}")
        async with open_store(gallery.data / "limn.db") as store:
            assert SPACE not in await store.vectors.spaces()


async def test_works_that_were_there_before_the_model_are_read_without_a_command(tmp_path: Path) -> None:
    async with open_gallery(tmp_path, LIMN_SENTENCES="off") as gallery:
        work = (await gallery.hang(pictures.jpeg(), title="Lighthouse"))["id"]
        before = await gallery.work(work)
        async with open_store(gallery.data / "limn.db") as store:
            assert SPACE not in await store.vectors.spaces()
    async with open_gallery(tmp_path, LIMN_SENTENCES="auto") as gallery:
        await eventually(lambda: is_read_as(gallery.data, work, "Lighthouse. illustrations"))
        await gallery.until_settled()
        after = await gallery.work(work)
        assert after["analysis"]["caption"] == before["analysis"]["caption"]
        assert after["tags"] == before["tags"]


async def test_wrong_weights_are_refused_by_name_and_works_are_described_all_the_same(tmp_path: Path) -> None:
    models = tmp_path / "models" / "sentences"
    models.mkdir(parents=True)
    for name in ("model.safetensors", "tokenizer.json"):
        (models / name).write_bytes(b"nothing of the kind")
    async with open_gallery(tmp_path, LIMN_SENTENCES="auto", LIMN_MODELS_DIR=str(models.parent)) as gallery:
        work = await gallery.hang(pictures.jpeg())
        assert work["analysis"]["state"] == "done"
        assert work["analysis"]["caption"]


def test_what_is_read_has_no_empty_sentences() -> None:
    found = minilm().embed_now(["Morning. illustrations", "Morning. . . illustrations"])
    assert not np.allclose(found[0], found[1], atol=1e-4)
