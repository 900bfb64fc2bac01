"""Which words were read, for a model of sentences: an edit of them makes a second look due, and no other edit does."""

from typing import Any

import pytest

from clocks import Clock
from contracts.second_looks import claimed, nothing_due
from limn.models import READ, ArtworkChanges, Findings, Visibility, Wanted
from limn.stores.protocol import Store
from works import OWNER, a_work

SEEN = f"space;captions;matches;tags{READ}words@1"
UNREAD = "space;captions;matches;tags"


async def read_once(store: Store) -> str:
    work = (await store.artworks.add(a_work(title="Morning", description="A cat"))).artwork
    await store.analyses.finish(await claimed(store), Findings(eyes=SEEN))
    return work.id


@pytest.mark.parametrize(
    "changes",
    [{"title": "Evening"}, {"description": "A dog"}, {"category": "comics"}, {"tags": ("feline",)}],
    ids=lambda changes: next(iter(changes)),
)
async def test_other_words_are_due_to_be_read_and_nothing_else(
    store: Store, clock: Clock, changes: dict[str, Any]
) -> None:
    artwork_id = await read_once(store)
    edited = await store.artworks.edit(artwork_id, OWNER, ArtworkChanges(**changes))
    assert edited.analysis.eyes == UNREAD
    if "description" in changes:
        claim = await claimed(store)
        assert claim.wanted is Wanted.MATCH
        await store.analyses.finish(claim, Findings(match=None))
    claim = await claimed(store)
    assert claim.wanted is Wanted.EYES
    done = await store.analyses.finish(claim, Findings(eyes=SEEN))
    assert (done.analysis.eyes, done.analysis.look_at) == (SEEN, None)
    assert await nothing_due(store)


@pytest.mark.parametrize(
    "changes", [{"alt_text": "A cat"}, {"visibility": Visibility.UNLISTED}, {"title": "Morning"}, {"licence": "cc0"}]
)
async def test_the_same_words_stay_read(store: Store, clock: Clock, changes: dict[str, Any]) -> None:
    edited = await store.artworks.edit(await read_once(store), OWNER, ArtworkChanges(**changes))
    assert edited.analysis.eyes == SEEN
    assert await store.analyses.renew(SEEN, limit=10) == 0


async def test_words_that_changed_while_they_were_read_count_as_unread(store: Store, clock: Clock) -> None:
    work = (await store.artworks.add(a_work(title="Morning"))).artwork
    claim = await claimed(store)
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="Evening"))
    done = await store.analyses.finish(claim, Findings(eyes=SEEN))
    assert (done.title, done.analysis.eyes) == ("Evening", UNREAD)
    assert (await claimed(store)).wanted is Wanted.EYES


async def test_who_has_no_model_of_sentences_is_asked_nothing_by_an_edit(store: Store, clock: Clock) -> None:
    work = (await store.artworks.add(a_work(title="Morning"))).artwork
    await store.analyses.finish(await claimed(store), Findings(eyes=UNREAD))
    await store.artworks.edit(work.id, OWNER, ArtworkChanges(title="Evening"))
    assert await nothing_due(store)
