"""Contract: vectors by artwork, page and space."""

from functools import partial

import numpy as np
import pytest

from crowds import all_at_once
from limn.errors import NotFound
from limn.stores.protocol import Store, Vector
from works import OWNER, a_work


def _unit(seed: int, dimensions: int = 512) -> Vector:
    vector = np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


async def _an_id(store: Store) -> str:
    return (await store.artworks.add(a_work())).artwork.id


@pytest.mark.parametrize("dimensions", [1, 36, 384, 512, 4096])
async def test_a_vector_comes_back_as_close_as_half_precision(store: Store, dimensions: int) -> None:
    artwork_id = await _an_id(store)
    vector = _unit(1, dimensions)
    await store.vectors.put(artwork_id, 0, "space", vector)
    found = (await store.vectors.many([artwork_id], "space"))[artwork_id]
    assert found.dtype == np.float32
    assert found.shape == (dimensions,)
    np.testing.assert_allclose(found, vector, atol=1e-3)


async def test_a_vector_belongs_to_its_space(store: Store) -> None:
    artwork_id = await _an_id(store)
    await store.vectors.put(artwork_id, 0, "org/clip@1", _unit(1))
    await store.vectors.put(artwork_id, 0, "basic", _unit(2, 36))
    assert (await store.vectors.many([artwork_id], "org/clip@1"))[artwork_id].shape == (512,)
    assert (await store.vectors.many([artwork_id], "basic"))[artwork_id].shape == (36,)
    assert await store.vectors.many([artwork_id], "another") == {}
    assert dict(await store.vectors.spaces()) == {"org/clip@1": 1, "basic": 1}


async def test_a_later_vector_replaces(store: Store) -> None:
    artwork_id = await _an_id(store)
    for seed in (1, 2):
        await store.vectors.put(artwork_id, 0, "space", _unit(seed))
    found = (await store.vectors.many([artwork_id], "space"))[artwork_id]
    np.testing.assert_allclose(found, _unit(2), atol=1e-3)
    assert dict(await store.vectors.spaces()) == {"space": 1}


async def test_only_covers_are_answered_and_every_page_is_counted(store: Store) -> None:
    artwork_id = await _an_id(store)
    await store.vectors.put(artwork_id, 1, "space", _unit(1))
    assert await store.vectors.many([artwork_id], "space") == {}
    await store.vectors.put(artwork_id, 0, "space", _unit(2))
    found = await store.vectors.many([artwork_id], "space")
    np.testing.assert_allclose(found[artwork_id], _unit(2), atol=1e-3)
    assert dict(await store.vectors.spaces()) == {"space": 2}


async def test_vectors_go_with_their_artwork(store: Store) -> None:
    gone, kept = await _an_id(store), await _an_id(store)
    for artwork_id in (gone, kept):
        for page in (0, 1):
            await store.vectors.put(artwork_id, page, "space", _unit(page))
    await store.artworks.delete(gone, OWNER)
    assert list(await store.vectors.many([gone, kept], "space")) == [kept]
    assert dict(await store.vectors.spaces()) == {"space": 2}
    with pytest.raises(NotFound):
        await store.vectors.put(gone, 0, "space", _unit(1))
    with pytest.raises(NotFound):
        await store.vectors.put("nothing", 0, "space", _unit(1))
    assert dict(await store.vectors.spaces()) == {"space": 2}


async def test_many_are_found_at_once(store: Store) -> None:
    ids = [await _an_id(store) for _ in range(30)]
    for seed, artwork_id in enumerate(ids):
        await store.vectors.put(artwork_id, 0, "space", _unit(seed, 36))
    found = await store.vectors.many([*ids, "nothing", *ids], "space")
    assert set(found) == set(ids)
    for seed, artwork_id in enumerate(ids):
        np.testing.assert_allclose(found[artwork_id], _unit(seed, 36), atol=1e-3)
    assert await store.vectors.many([], "space") == {}


async def test_an_empty_store_has_no_spaces(store: Store) -> None:
    assert dict(await store.vectors.spaces()) == {}


async def test_what_is_found_may_be_changed_by_who_asked(store: Store) -> None:
    artwork_id = await _an_id(store)
    await store.vectors.put(artwork_id, 0, "space", _unit(1))
    (await store.vectors.many([artwork_id], "space"))[artwork_id][:] = 0
    np.testing.assert_allclose((await store.vectors.many([artwork_id], "space"))[artwork_id], _unit(1), atol=1e-3)


async def test_a_space_can_be_forgotten_and_the_others_stay(store: Store) -> None:
    ids = [await _an_id(store) for _ in range(12)]
    for artwork_id in ids:
        calls = [
            partial(store.vectors.put, artwork_id, page, space, _unit(page, 36))
            for page in range(60)
            for space in ("old", "new")
        ]
        _, refusals = await all_at_once(calls)
        assert refusals == []
    assert await store.vectors.forget("old") == 720
    assert dict(await store.vectors.spaces()) == {"new": 720}
    assert await store.vectors.many(ids, "old") == {}
    assert set(await store.vectors.many(ids, "new")) == set(ids)
    assert await store.vectors.forget("old") == 0
    await store.vectors.put(ids[0], 0, "old", _unit(1))
    assert dict(await store.vectors.spaces()) == {"new": 720, "old": 1}
