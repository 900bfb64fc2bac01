"""Contract: how artworks enter a store, once each."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from clocks import Clock
from crowds import all_at_once
from limn.errors import Conflict, DuplicateArtwork, IdempotencyConflict, NotFound
from limn.models import Analysis, State
from limn.stores.protocol import Store
from works import ANYBODY, OTHER, OWNER, a_work, machine_tag, sha256

DAY = 24 * 3600


async def test_an_added_artwork_reads_back_as_it_was_given(store: Store, clock: Clock) -> None:
    work = a_work(description="Two lines\nof words", tags=["fox", machine_tag("snow", 0.25)], likes=7, alt_text="A fox")
    added = (await store.artworks.add(work)).artwork
    now = datetime.fromtimestamp(clock.now, UTC)
    assert added == work.model_copy(update={"created": now, "updated": now})
    assert await store.artworks.get(work.id, OWNER) == added


async def test_the_store_sets_times_revision_and_analysis(store: Store, clock: Clock) -> None:
    clock.now = 1_800_000_000.1234567
    work = a_work(revision=9, analysis=Analysis(state=State.DONE, attempts=2, space="old"))
    added = (await store.artworks.add(work)).artwork
    moment = datetime(2027, 1, 15, 8, tzinfo=UTC) + timedelta(milliseconds=123)
    assert (added.created, added.updated, added.revision) == (moment, moment, 1)
    assert added.analysis == Analysis()


async def test_an_id_is_given_once(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    with pytest.raises(Conflict):
        await store.artworks.add(a_work(id=work.id, owner="somebody-else", cover="another picture"))
    assert (await store.artworks.get(work.id, OWNER)).cover == work.cover


async def test_the_same_bytes_by_the_same_owner_are_a_duplicate(store: Store) -> None:
    first = a_work(cover="same")
    await store.artworks.add(first)
    with pytest.raises(DuplicateArtwork) as refusal:
        await store.artworks.add(a_work(cover="same"))
    assert refusal.value.existing_id == first.id


async def test_the_same_bytes_by_another_owner_are_welcome(store: Store) -> None:
    await store.artworks.add(a_work(cover="same"))
    assert (await store.artworks.add(a_work(cover="same", owner="somebody-else"))).fresh


async def test_bytes_may_come_again_after_a_deletion(store: Store) -> None:
    first = a_work(cover="same")
    await store.artworks.add(first, key="k")
    await store.artworks.delete(first.id, OWNER)
    again = a_work(cover="same")
    assert (await store.artworks.add(again, key="k")).artwork.id == again.id


async def test_of_twenty_equal_uploads_one_is_kept(store: Store) -> None:
    works = [a_work(cover="same") for _ in range(20)]
    answers, refusals = await all_at_once([partial(store.artworks.add, work) for work in works])
    (winner,) = answers
    assert winner.fresh
    assert len(refusals) == 19
    for refusal in refusals:
        assert isinstance(refusal, DuplicateArtwork)
        assert refusal.existing_id == winner.artwork.id


async def test_a_key_answers_the_artwork_it_made(store: Store) -> None:
    first = await store.artworks.add(a_work(cover="same", title="First"), key="k")
    again = await store.artworks.add(a_work(cover="same", title="Again"), key="k")
    assert first.fresh
    assert not again.fresh
    assert again.artwork == first.artwork


async def test_twenty_requests_with_one_key_make_one_artwork(store: Store) -> None:
    works = [a_work(cover="same") for _ in range(20)]
    answers, refusals = await all_at_once([partial(store.artworks.add, work, key="k") for work in works])
    assert not refusals
    assert sum(answer.fresh for answer in answers) == 1
    assert len({answer.artwork.id for answer in answers}) == 1
    (kept,) = await store.artworks.many([work.id for work in works], OWNER)
    assert kept.id == answers[0].artwork.id


async def test_twenty_requests_through_four_stores_make_one_artwork(crowd: list[Store]) -> None:
    calls = [partial(crowd[n % 4].artworks.add, a_work(cover="same"), key="k") for n in range(20)]
    answers, refusals = await all_at_once(calls)
    assert not refusals
    assert sum(answer.fresh for answer in answers) == 1
    assert len({answer.artwork.id for answer in answers}) == 1


async def test_a_key_used_for_other_bytes_is_a_conflict(store: Store) -> None:
    await store.artworks.add(a_work(), key="k")
    other = a_work()
    with pytest.raises(IdempotencyConflict):
        await store.artworks.add(other, key="k")
    with pytest.raises(NotFound):
        await store.artworks.get(other.id, OWNER)


async def test_a_key_belongs_to_its_owner(store: Store) -> None:
    await store.artworks.add(a_work(), key="k")
    assert (await store.artworks.add(a_work(owner="somebody-else"), key="k")).fresh


async def test_another_key_does_not_excuse_a_duplicate(store: Store) -> None:
    await store.artworks.add(a_work(cover="same"), key="k")
    with pytest.raises(DuplicateArtwork):
        await store.artworks.add(a_work(cover="same"), key="another")
    with pytest.raises(DuplicateArtwork):
        await store.artworks.add(a_work(cover="same"))


async def test_a_key_lives_for_a_day(store: Store, clock: Clock) -> None:
    first = await store.artworks.add(a_work(cover="same"), key="k")
    clock.move(DAY - 1)
    assert not (await store.artworks.add(a_work(cover="same"), key="k")).fresh
    clock.move(2)
    with pytest.raises(DuplicateArtwork) as refusal:
        await store.artworks.add(a_work(cover="same"), key="k")
    assert refusal.value.existing_id == first.artwork.id
    assert (await store.artworks.add(a_work(), key="k")).fresh


async def test_a_key_is_still_bound_after_an_edit_and_an_expired_one_is_bound_anew(store: Store, clock: Clock) -> None:
    await store.artworks.add(a_work(), key="k")
    clock.move(DAY + 1)
    second = await store.artworks.add(a_work(cover="second"), key="k")
    clock.move(DAY - 1)
    again = await store.artworks.add(a_work(cover="second"), key="k")
    assert again.artwork.id == second.artwork.id


@pytest.mark.parametrize("key", ["", " ", "🦊", "'; DROP TABLE artworks; --", "k" * 4000, "ключ"])
async def test_any_text_is_a_key(store: Store, key: str) -> None:
    first = await store.artworks.add(a_work(cover="same"), key=key)
    assert not (await store.artworks.add(a_work(cover="same"), key=key)).fresh
    assert (await store.artworks.add(a_work(), key=key + "x")).fresh
    assert first.fresh


async def test_a_key_that_looks_like_an_id_means_nothing_else(store: Store) -> None:
    work = a_work()
    await store.artworks.add(work)
    assert (await store.artworks.add(a_work(), key=work.id)).fresh


@pytest.mark.parametrize(
    "text",
    [
        "",
        "👩🏽‍🎨 paints a 🦊",
        "שלום עולם and مرحبا",
        "e\u0301 is not \u00e9",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 beyond the first plane",
        "quotes ' \" ` and \\ and %_*?[]{}$",
        "long " * 20_000,
        "\u2028 line \u0085 separators \x7f",
    ],
    ids=["empty", "emoji", "right-to-left", "combining", "astral", "quotes", "100 kB", "controls"],
)
async def test_texts_come_back_letter_for_letter(store: Store, text: str) -> None:
    work = a_work(title=text, description=text, alt_text=text, tags=[text], category=text)
    await store.artworks.add(work)
    read = await store.artworks.get(work.id, OWNER)
    assert (read.title, read.description, read.alt_text) == (text, text, text)
    assert read.tags == work.tags
    assert dict(await store.artworks.counts(OWNER)) == {text: 1}


async def test_a_thousand_tags_and_pages_are_kept_in_order(store: Store) -> None:
    work = a_work(tags=[f"tag {number}" for number in range(1000)])
    work = work.model_copy(
        update={"pages": tuple(work.cover.model_copy(update={"sha256": sha256(str(n))}) for n in range(100))}
    )
    await store.artworks.add(work)
    read = await store.artworks.get(work.id, OWNER)
    assert read.tags == work.tags
    assert read.pages == work.pages


async def test_adding_says_nothing_to_others_of_a_private_duplicate(store: Store) -> None:
    await store.artworks.add(a_work(cover="same", visibility="private"), key="k")
    assert (await store.artworks.add(a_work(cover="same", owner=OTHER.account_id), key="k")).fresh
    assert len(await store.artworks.counts(ANYBODY)) == 1
