"""That a filter never costs what it should keep: one work in thousands, the last that any ranking would name."""

import pytest

from limn.index.holdings import Holdings
from limn.index.queries import Asked
from limn.models import LOCAL_ACCOUNT, Artwork, Visibility
from limn.search.answer import answer
from limn.search.meaning import Sense
from limn.search.question import Query, parse
from searching import EYES, Themes, picture
from works import OTHER, OWNER, a_work

MANY = 4_000


@pytest.fixture(scope="module")
def needle() -> Artwork:
    return a_work(
        title="Needle",
        description="Among many other words of no weight a fox, and snow, once each. " + "Straw. " * 80,
        tags=["rare"],
        category="comics",
        owner="somebody-else",
        visibility=Visibility.UNLISTED,
    )


@pytest.fixture(scope="module")
def holdings(needle: Artwork) -> Holdings:
    """Every other work says "fox" and "snow" louder, and is bluer."""
    built = Holdings()
    hay = [a_work(title="Fox snow fox", description="fox snow " * 5, owner=LOCAL_ACCOUNT) for _ in range(MANY)]
    blue, hardly = EYES.embed_image(picture("#1030c0")), EYES.embed_image(picture("#1030c0", *["#f0f0f0"] * 6))
    built.put([*hay, needle], {**{artwork.id: blue for artwork in hay}, needle.id: hardly})
    built.commit()
    return built


@pytest.mark.parametrize("q", ["fox snow", "snow straw", "blue", "fox", "blue fox"])
@pytest.mark.parametrize(
    "where", [{"category": "comics"}, {"tags": ("rare",)}, {"category": "comics", "tags": ("rare",), "artist": "ada"}]
)
def test_one_in_thousands_is_found_inside_a_filter(
    holdings: Holdings, needle: Artwork, q: str, where: dict[str, str]
) -> None:
    found = answer(holdings, EYES, Sense(), parse(q), Query(q=q, **where), OTHER)  # type: ignore[arg-type]  # names of filters
    assert found.ids == (needle.id,)


def test_visibility_is_a_filter_like_any_other(holdings: Holdings, needle: Artwork) -> None:
    for q in ("fox snow", "blue", ""):
        everybody = answer(holdings, EYES, Sense(), parse(q), Query(q=q), OWNER)
        assert needle.id not in everybody.ids
        assert everybody.facets == {"illustrations": MANY}
        assert answer(holdings, EYES, Sense(), parse(q), Query(q=q), OTHER).facets == {
            "illustrations": MANY,
            "comics": 1,
        }


async def test_processes_that_read_the_store_in_another_order_answer_alike() -> None:
    works = [a_work(title="Fox in snow", tags=["fox"] * (number % 2)) for number in range(300)]
    blue = EYES.embed_image(picture("#1030c0"))
    fox = Themes("themes@1", {"fox": "fox", "vixen": "fox"})
    asked = Asked(fox.space, (await fox.embed_texts(["vixen"]))[0], fox.cutoff, looks=True)
    answers = []
    for order in (works, works[::-1], works[::2] + works[1::2]):
        built = Holdings()
        for artwork in order[:40]:  # changed since, as in a process that runs for long
            built.put([artwork.model_copy(update={"title": "A hare"})], {})
        built.commit()
        built.prepare(fox.space)
        built.turn()
        seen = {fox.space: {artwork.id: fox.picture("fox", 0.3) for artwork in order}}
        built.put(order, {artwork.id: blue for artwork in order}, seen)
        built.commit()
        sense = Sense(built.meaning, asked)
        answers.append(
            [answer(built, EYES, Sense(), parse(q), Query(q=q), OWNER).ids for q in ("fox", "fox snow", "blue", "")]
            + [answer(built, EYES, sense, parse(q), Query(q=q), OWNER).ids for q in ("fox", "vixen", "blue vixen")]
        )
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0][0]) == len(answers[0][-2]) == 300
