"""How rankings are merged and cut into bands: a table of cases, no index."""

import numpy as np
import pytest

from limn.search.ranking import Band, Evidence, Mask, Meant, Rows, Tier, band, fuse, nearest, rank

COUNT = 8
NOTHING: Rows = np.empty(0, dtype=np.int64)


def rows(*found: int) -> Rows:
    return np.array(found, dtype=np.int64)


def masks(*words: tuple[int, ...]) -> list[Mask]:
    """For each word the rows that have it."""
    return [np.isin(np.arange(COUNT), found) for found in words]


def meant(*ranking: int, clearly: int = 0, sure: bool = False) -> Meant:
    """What a model finds, best first; the first so many of them clearly. `sure`: what it does not find is not meant."""
    clear, near = masks(ranking[:clearly], ranking)
    return Meant(rows(*ranking), clear, near, np.full(COUNT, sure))


def evidence(
    held: list[Mask],
    shown: list[Mask] | None = None,
    hinted: list[Mask] | None = None,
    meaning: Meant | None = None,
    read: Meant | None = None,
    **found: Rows,
) -> Evidence:
    shown = shown or [np.zeros(COUNT, dtype=np.bool_) for _ in held]
    names = ("titled", "tagged", "phrased", "by_words", "by_look")
    titled, tagged, phrased, by_words, by_look = (found.get(name, NOTHING) for name in names)
    return Evidence(titled, tagged, phrased, held, shown, hinted or shown, by_words, by_look, meaning, read)


CASES = {
    "an exact title comes first, whatever the rankings say": (
        evidence(masks((1, 2)), titled=rows(2), by_words=rows(1, 2), by_look=rows(1, 2)),
        [(2, Tier.TITLE), (1, Tier.WORDS)],
    ),
    "then an exact tag": (
        evidence(masks((1, 2, 3)), titled=rows(3), tagged=rows(2), by_words=rows(1, 2, 3)),
        [(3, Tier.TITLE), (2, Tier.TAG), (1, Tier.WORDS)],
    ),
    "a title that is a tag as well is a title": (
        evidence(masks((1,)), titled=rows(1), tagged=rows(1), by_words=rows(1)),
        [(1, Tier.TITLE)],
    ),
    "a phrase comes before the same words apart": (
        evidence(masks((1, 2), (1, 2)), phrased=rows(2), by_words=rows(1, 2)),
        [(2, Tier.PHRASE), (1, Tier.WORDS)],
    ),
    "all the words come before some of them, although the ranking of words prefers one": (
        evidence(masks((1, 2), (1,)), by_words=rows(2, 1)),
        [(1, Tier.WORDS), (2, Tier.PARTIAL)],
    ),
    "all the words come before meaning alone": (
        evidence(masks((1,)), masks((2,)), by_words=rows(1), by_look=rows(2)),
        [(1, Tier.WORDS), (2, Tier.MEANING)],
    ),
    "found by words and by meaning outranks found by words at the same place": (
        evidence(masks((1, 2)), masks((2,)), by_words=rows(1, 2), by_look=rows(2)),
        [(2, Tier.WORDS), (1, Tier.WORDS)],
    ),
    "one word held and the other shown is meaning": (
        evidence(masks((1,), ()), masks((), (1,)), by_words=rows(1), by_look=rows(1)),
        [(1, Tier.MEANING)],
    ),
    "what is only hinted at is a part": (
        evidence(masks(()), masks(()), masks((4,)), by_look=rows(4)),
        [(4, Tier.PARTIAL)],
    ),
    "more of the words come before rarer ones": (
        evidence(masks((1, 2), (2,), (3,)), by_words=rows(3, 1, 2)),
        [(2, Tier.PARTIAL), (3, Tier.PARTIAL), (1, Tier.PARTIAL)],
    ),
    "all the words come before a stronger meaning": (
        evidence(masks((3,)), by_words=rows(3), meaning=meant(5, 6, clearly=2)),
        [(3, Tier.WORDS), (5, Tier.MEANING), (6, Tier.MEANING)],
    ),
    "what a model finds clearly is strong without a word, the rest weak": (
        evidence(masks(()), meaning=meant(5, 6, clearly=1)),
        [(5, Tier.MEANING), (6, Tier.PARTIAL)],
    ),
    "a stray word has no vote on what is meant clearly": (
        evidence(masks((6,), ()), by_words=rows(6), meaning=meant(5, 6, clearly=2)),
        [(5, Tier.MEANING), (6, Tier.MEANING)],
    ),
    "nor has a stray colour": (
        evidence(masks((), ()), masks((6,), ()), by_look=rows(6), meaning=meant(5, 6, clearly=2)),
        [(5, Tier.MEANING), (6, Tier.MEANING)],
    ),
    "read and seen in every word, and meant, comes before meant alone": (
        evidence(masks((6,), ()), masks((), (6,)), by_words=rows(6), by_look=rows(6), meaning=meant(5, 6, clearly=2)),
        [(6, Tier.MEANING), (5, Tier.MEANING)],
    ),
    "of works with all the words, the meant one comes first": (
        evidence(masks((1, 2)), by_words=rows(1, 2), meaning=meant(2, clearly=1)),
        [(2, Tier.WORDS), (1, Tier.WORDS)],
    ),
    "a word and a weak meaning come before a weak meaning alone": (
        evidence(masks((6,), ()), by_words=rows(6), meaning=meant(5, 6)),
        [(6, Tier.PARTIAL), (5, Tier.PARTIAL)],
    ),
    "near in what is said comes before some of the words, however many": (
        evidence(masks((6,), (6,), ()), by_words=rows(6), read=meant(5)),
        [(5, Tier.PARTIAL), (6, Tier.PARTIAL)],
    ),
    "some of the words and near in what is said comes before near alone": (
        evidence(masks((6,), ()), by_words=rows(6), read=meant(5, 6)),
        [(6, Tier.PARTIAL), (5, Tier.PARTIAL)],
    ),
    "an exact title, a tag and a phrase come before whatever is meant clearly": (
        evidence(masks((1, 2, 3)), titled=rows(1), tagged=rows(2), phrased=rows(3), read=meant(4, 3, 2, 1, clearly=4)),
        [(1, Tier.TITLE), (2, Tier.TAG), (3, Tier.PHRASE), (4, Tier.MEANING)],
    ),
    "of works with all the words, the one that is said to be so comes first": (
        evidence(masks((1, 2)), by_words=rows(1, 2), read=meant(2, clearly=1)),
        [(2, Tier.WORDS), (1, Tier.WORDS)],
    ),
    "meant by its words and by its picture comes before either, at the same places": (
        evidence(masks(()), meaning=meant(4, 6, clearly=2), read=meant(5, 6, clearly=2)),
        [(6, Tier.MEANING), (4, Tier.MEANING), (5, Tier.MEANING)],
    ),
    "clearly meant by one of the two is clear, whatever the other makes of it": (
        evidence(masks(()), meaning=meant(4, clearly=1), read=meant(5, 4)),
        [(4, Tier.MEANING), (5, Tier.PARTIAL)],
    ),
    "half of the words are nothing where they are not meant": (
        evidence(masks((5,), ()), by_words=rows(5), read=meant(sure=True)),
        [],
    ),
    "more of them are a part": (
        evidence(masks((5,), (5,), ()), by_words=rows(5), read=meant(sure=True)),
        [(5, Tier.PARTIAL)],
    ),
    "and half of them are, where the question may not have been understood": (
        evidence(masks((5,), ()), by_words=rows(5), read=meant()),
        [(5, Tier.PARTIAL)],
    ),
    "or where something of it is to be seen": (
        evidence(masks((5,), ()), hinted=masks((), (5,)), by_words=rows(5), read=meant(sure=True)),
        [(5, Tier.PARTIAL)],
    ),
    "or beside something that is meant": (
        evidence(masks((5,), ()), by_words=rows(5), read=meant(6, sure=True)),
        [(6, Tier.PARTIAL), (5, Tier.PARTIAL)],
    ),
    "equals stay in the order of their rows": (evidence(masks((5, 3, 7))), [(r, Tier.WORDS) for r in (3, 5, 7)]),
    "nothing found is nothing ranked": (evidence(masks((), ())), []),
    "a query without words finds nothing": (evidence([]), []),
    "a query of stop words may still be a title": (evidence([], titled=rows(6)), [(6, Tier.TITLE)]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_order_is_by_tier_and_then_by_fused_rank(case: str) -> None:
    given, expected = CASES[case]
    ranking = rank(given, COUNT)
    assert [
        (row, Tier(tier)) for row, tier in zip(ranking.rows.tolist(), ranking.tiers.tolist(), strict=True)
    ] == expected


@pytest.mark.parametrize("case", CASES)
def test_relevance_never_rises_down_the_page_and_lies_between_0_and_1(case: str) -> None:
    relevance = rank(CASES[case][0], COUNT).relevance
    assert (np.diff(relevance) <= 0).all()
    assert ((relevance >= 0) & (relevance <= 1)).all()


def test_fusion_is_the_sum_of_one_by_60_plus_place() -> None:
    fused = fuse([rows(4, 2), rows(2)], COUNT)
    assert fused[4] == pytest.approx(1 / 61)
    assert fused[2] == pytest.approx(1 / 62 + 1 / 61)
    assert not fused[[0, 1, 3, 5, 6, 7]].any()


def test_only_whole_matches_are_strong() -> None:
    assert {tier: band(tier) for tier in Tier if tier is not Tier.NOTHING} == {
        Tier.TITLE: Band.STRONG,
        Tier.TAG: Band.STRONG,
        Tier.PHRASE: Band.STRONG,
        Tier.WORDS: Band.STRONG,
        Tier.MEANING: Band.STRONG,
        Tier.PARTIAL: Band.WEAK,
        Tier.NEAREST: Band.NEAREST,
    }


def test_what_comes_nearest_keeps_its_order_below_everything_relevant() -> None:
    ranking = nearest(rows(5, 1, 3))
    assert ranking.rows.tolist() == [5, 1, 3]
    assert (np.diff(ranking.relevance) < 0).all()
    assert ranking.relevance.max() <= rank(CASES["what is only hinted at is a part"][0], COUNT).relevance.min()
