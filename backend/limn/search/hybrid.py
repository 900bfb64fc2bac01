"""Search: by words and by what is to be seen, ranked, cut off, decided again by the store, and explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from anyio.to_thread import run_sync

from limn.index.entries import Where
from limn.index.follower import Index
from limn.index.holdings import Holdings
from limn.index.queries import Queries
from limn.models import Artwork, Viewer
from limn.search import notices
from limn.search.answer import Ranked, answer
from limn.search.evidence import HINTED
from limn.search.meaning import Sense, narrowed, sense
from limn.search.paging import MOST, Cursor, decode, encode, fingerprint
from limn.search.parts import nearest_parts
from limn.search.question import Query, Question, parse
from limn.search.ranking import Band, Tier, band
from limn.search.reasons import InMeaning, InPicture, InWords, Reason, in_words
from limn.stores.nearest import Nearest
from limn.stores.protocol import Store
from limn.vision.protocol import Vision


@dataclass(frozen=True)
class Found:
    artwork: Artwork
    relevance: float
    band: Band
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Results:
    """`answer` is strong, weak or none; `method` hybrid, words or filters; `facets` counts categories."""

    q: str
    answer: Literal["strong", "weak", "none"]
    method: Literal["hybrid", "words", "filters"]
    spaces: tuple[str, ...]
    items: tuple[Found, ...]
    facets: Mapping[str, int]
    next: str | None
    notice: str | None


async def search(index: Index, store: Store, vision: Vision, queries: Queries, query: Query, viewer: Viewer) -> Results:
    """A page of results. Raises InvalidInput for a query or cursor that cannot be, Unavailable until the index is built.

    A cursor goes on in the very ranking its first page came from, as long as this process remembers it; where it does not,
    in the ranking of now, after the last artwork that was seen, and the notice says so.
    """
    question, where = parse(query.q), query.where
    asked = fingerprint(query.q, query.sort, where.category, where.artist, viewer.account_id, *where.tags)
    cursor = decode(query.cursor, asked) if query.cursor is not None else None
    holdings = index.holdings()
    kept: _Kept | None = index.answers.get(_key(asked, cursor.generation, cursor.meaning)) if cursor else None
    offset, notice = (cursor.offset if cursor else 0), ""
    if kept is None:
        sensed = await sense(queries, holdings, question)
        kept = await _rank(index, holdings, vision, sensed, question, query, viewer, asked, store.nearest)
        if cursor is not None:
            offset, notice = _resumed(kept.ranked, cursor), notices.CHANGED
    ranked = kept.ranked
    items, end = await _page(store, ranked, viewer, where, offset, query.limit)
    more = end < len(ranked.ids) and end <= MOST
    # all that the index knew of may be gone from the store, for the moment until it is told
    gone = cursor is None and not items
    last = items[-1][0].id if items else ""
    return Results(
        q=question.text,
        answer="none" if gone else ranked.answer,
        method=ranked.method,
        spaces=_spaces(index, ranked),
        items=await _explained(holdings, vision, queries, question, ranked, items),
        facets={} if gone else ranked.facets,
        next=encode(Cursor(kept.generation, asked, kept.meaning, end, last)) if more else None,
        notice=" ".join(filter(None, (notice, ranked.notice, _foreign(queries, ranked))))
        or (notices.GONE if gone else None),
    )


def _foreign(queries: Queries, ranked: Ranked) -> str | None:
    """Where the words alone did not answer, and a model took part that may not have understood them."""
    told = ranked.read is not None and queries.language != "en" and min(ranked.tiers, default=Tier.NOTHING) > Tier.WORDS
    return notices.ENGLISH if told else None


@dataclass(frozen=True)
class _Kept:
    """A ranking under the names a cursor calls it by."""

    ranked: Ranked
    generation: int
    meaning: str


async def _rank(
    index: Index,
    holdings: Holdings,
    vision: Vision,
    sensed: Sense,
    question: Question,
    query: Query,
    viewer: Viewer,
    asked: str,
    nearest: Nearest | None,
) -> _Kept:
    """The ranking of now. Two that a model took part in, and did not, are two."""
    generation, meaning = index.generation, fingerprint(sensed.key)
    key = _key(asked, generation, meaning)
    kept: _Kept | None = index.answers.get(key)
    if kept is None:
        sensed = await narrowed(sensed, nearest, holdings, query.where, viewer)
        ranked = await run_sync(answer, holdings, vision, sensed, question, query, viewer)
        kept = _Kept(ranked, generation, meaning)
        index.answers.put(key, kept)
    return kept


def _key(asked: str, generation: int, meaning: str) -> str:
    return f"{asked} {generation} {meaning}"


def _spaces(index: Index, ranked: Ranked) -> tuple[str, ...]:
    measured = (index.space,) if ranked.phrases else ()
    return (*measured, *(asked.space for asked in (ranked.asked, ranked.read) if asked is not None))


async def _page(
    store: Store, ranked: Ranked, viewer: Viewer, where: Where, offset: int, limit: int
) -> tuple[list[tuple[Artwork, int]], int]:
    """Up to `limit` artworks with their places in the ranking, as the store has them now, and where the next page begins."""
    items: list[tuple[Artwork, int]] = []
    while len(items) < limit and offset < len(ranked.ids):
        ids = ranked.ids[offset : offset + limit - len(items)]
        places = {artwork_id: place for place, artwork_id in enumerate(ids, offset)}
        fetched = await store.artworks.many(ids, viewer)
        # the index may be behind: what is unlisted, moved or retagged by now is not shown
        items += [(a, places[a.id]) for a in fetched if a.listed_for(viewer) and _inside(a, where)]
        offset += len(ids)
    return items, offset


def _inside(artwork: Artwork, where: Where) -> bool:
    return (
        where.category in {None, artwork.category}
        and where.artist in {None, artwork.artist.handle}
        and {tag.name for tag in artwork.tags}.issuperset(where.tags)
    )


def _resumed(ranked: Ranked, cursor: Cursor) -> int:
    """Where to go on in another ranking than the cursor's."""
    return ranked.ids.index(cursor.last) + 1 if cursor.last in ranked.ids else cursor.offset


async def _explained(
    holdings: Holdings,
    vision: Vision,
    queries: Queries,
    question: Question,
    ranked: Ranked,
    items: Sequence[tuple[Artwork, int]],
) -> tuple[Found, ...]:
    found = await run_sync(_seen, holdings, vision, question, ranked, items)
    if ranked.read is None:
        return found
    # where words are marked already, another reason of the words says nothing new
    unmarked = [
        one.artwork
        for one, (_, place) in zip(found, items, strict=True)
        if ranked.in_words[place] and not any(isinstance(reason, InWords) for reason in one.reasons)
    ]
    nearest = await nearest_parts(queries, ranked.read, unmarked)
    return tuple(
        replace(one, reasons=(InMeaning("words", nearest[one.artwork.id]), *one.reasons))
        if one.artwork.id in nearest
        else one
        for one in found
    )


def _seen(
    holdings: Holdings, vision: Vision, question: Question, ranked: Ranked, items: Sequence[tuple[Artwork, int]]
) -> tuple[Found, ...]:
    return tuple(
        Found(
            artwork=artwork,
            relevance=round(ranked.relevance[place], 4),
            band=band(ranked.tiers[place]),
            reasons=(
                *in_words(artwork, ranked.written or question.whole),
                *_in_meaning(question, ranked, place),
                *in_picture(holdings, vision, artwork.id, ranked.phrases),
            ),
        )
        for artwork, place in items
    )


def _in_meaning(question: Question, ranked: Ranked, place: int) -> list[InMeaning]:
    if ranked.asked is None or not ranked.near[place]:
        return []
    return [InMeaning("picture" if ranked.asked.looks else "words", question.text)]


def in_picture(holdings: Holdings, vision: Vision, artwork_id: str, phrases: Sequence[str]) -> list[InPicture]:
    """The phrases this picture shows."""
    row = holdings.entries.row_of(artwork_id)
    vector = None if row is None else holdings.vectors.get(row)
    if vector is None:
        return []
    shares = [(phrase, vision.explain(vector, phrase)) for phrase in phrases]
    return [InPicture(phrase, round(share, 2)) for phrase, share in shares if share >= HINTED]
