"""What a process knows of the store: words, vectors and entries."""

from dataclasses import replace

import numpy as np

from limn.index.entries import Entries, Entry, Where
from limn.index.holdings import Holdings
from limn.index.vectors import Vectors
from limn.index.words import Sought, Words, key_of, wording
from limn.models import Viewer
from works import ANYBODY, OWNER, a_work, artist_tag, machine_tag

# words


def test_words_answer_only_after_a_commit_and_replace_what_was_there() -> None:
    words = Words()
    words.put(1, wording(a_work(title="A fox")))
    assert words.ask(OWNER, Where()).holding(Sought(("fox",))).tolist() == []
    words.commit()
    assert words.ask(OWNER, Where()).holding(Sought(("fox",))).tolist() == [1]
    words.put(1, wording(a_work(title="A hare")))
    words.commit()
    assert words.ask(OWNER, Where()).holding(Sought(("fox",))).tolist() == []
    assert words.ask(OWNER, Where()).holding(Sought(("hare",))).tolist() == [1]
    words.drop(1)
    words.commit()
    assert words.ask(OWNER, Where()).holding(Sought(("hare",))).tolist() == []


def test_a_phrase_does_not_reach_from_one_tag_into_the_next() -> None:
    words = Words()
    words.put(0, wording(a_work(title="x", tags=["red fox", "snow hill"])))
    words.commit()
    asking = words.ask(OWNER, Where())
    assert asking.phrase(["red", "fox"]).tolist() == [0]
    assert asking.phrase(["fox", "snow"]).tolist() == []
    assert asking.phrase(["fox"]).tolist() == asking.phrase([]).tolist() == []


def test_only_an_artists_tag_is_an_exact_one_and_both_are_words() -> None:
    words = Words()
    words.put(0, wording(a_work(title="x", tags=[artist_tag("red fox")])))
    words.put(1, wording(a_work(title="x", tags=[machine_tag("red fox")])))
    words.commit()
    asking = words.ask(OWNER, Where())
    assert asking.tagged(key_of("Red  FOX")).tolist() == [0]
    assert sorted(asking.holding(Sought(("fox",))).tolist()) == [0, 1]


def test_a_filter_adds_nothing_to_a_score() -> None:
    words = Words()
    words.put(0, wording(a_work(title="A fox", tags=["fox"])))
    words.put(1, wording(a_work(title="A fox", tags=["fox"], category="comics")))
    words.commit()
    _, plain = words.ask(ANYBODY, Where()).best([Sought(("fox",))], all_of_them=True, limit=9)
    _, filtered = words.ask(OWNER, Where("comics", "ada", ("fox",))).best([Sought(("fox",))], all_of_them=True, limit=9)
    assert filtered.tolist() == plain[:1].tolist()


def test_a_word_longer_than_any_index_takes_is_found_by_its_beginning() -> None:
    words = Words()
    words.put(0, wording(a_work(title="x" * 100_000)))
    words.commit()
    assert words.ask(OWNER, Where()).holding(Sought(("x" * 100,))).tolist() == [0]


# vectors


def test_cosines_are_exact_for_few_candidates_and_for_many() -> None:
    vectors, draw = Vectors(), np.random.default_rng(1)
    matrix = draw.standard_normal((5000, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    for row, vector in enumerate(matrix):
        vectors.put(row, vector)
    for rows in (np.arange(5000), np.array([3, 4999]), np.arange(0, 5000, 2), np.array([], dtype=np.int64)):
        np.testing.assert_allclose(vectors.cosines(matrix[7], rows), matrix[rows] @ matrix[7], atol=1e-6)
        np.testing.assert_array_equal(vectors.at(rows), matrix[rows])


def test_a_dropped_vector_is_not_among_the_candidates_and_a_later_one_replaces() -> None:
    vectors = Vectors()
    for row in range(3):
        vectors.put(row, np.eye(4, dtype=np.float32)[row])
    vectors.drop(1)
    assert vectors.among(np.array([0, 1, 2, 3000])).tolist() == [0, 2]
    assert vectors.get(1) is None
    vectors.put(0, np.eye(4, dtype=np.float32)[3])
    assert vectors.cosines(np.eye(4, dtype=np.float32)[3], np.array([0, 2])).tolist() == [1, 0]


def test_a_vector_of_another_length_is_left_out_and_harms_nothing() -> None:
    vectors = Vectors()
    vectors.put(0, np.eye(4, dtype=np.float32)[0])
    vectors.put(1, np.ones(7, dtype=np.float32))
    assert vectors.among(np.array([0, 1])).tolist() == [0]


# entries


def entry(name: str, **fields: object) -> Entry:
    plain = Entry(id=name, revision=1, owner="local", public=True, category="comics", artist="ada", tags=(), created=0)
    return replace(plain, **fields)  # type: ignore[arg-type]  # a test names the fields it means


def test_filters_and_visibility_are_one_conjunction() -> None:
    entries = Entries()
    entries.put(entry("a", tags=("fox", "snow")))
    entries.put(entry("b", tags=("fox",), category="portraits"))
    entries.put(entry("c", tags=("fox", "snow"), public=False, owner="other"))
    entries.put(entry("d", artist="ben"))

    def allowed(viewer: Viewer, where: Where) -> list[str]:
        return entries.ids_of(np.flatnonzero(entries.allowed(viewer, where)))

    assert allowed(ANYBODY, Where()) == ["a", "b", "d"]
    assert allowed(Viewer("other"), Where(tags=("fox", "snow"))) == ["a", "c"]
    assert allowed(OWNER, Where(category="comics", artist="ada")) == ["a"]
    assert allowed(OWNER, Where(tags=("never",))) == allowed(OWNER, Where(category="never")) == []


def test_a_tag_is_completed_with_what_the_viewer_would_find() -> None:
    entries = Entries()
    entries.put(entry("a", tags=("snow", "snow fox", "élan")))
    entries.put(entry("b", tags=("snow",), public=False, owner="other"))
    entries.put(entry("c", tags=("snowed in",), public=False, owner="other"))
    assert entries.tags("SNO", ANYBODY, 10) == [("snow", 1), ("snow fox", 1)]
    assert entries.tags("#sno", Viewer("other"), 10) == [("snow", 2), ("snow fox", 1), ("snowed in", 1)]
    assert entries.tags("ela", ANYBODY, 10) == [("élan", 1)]
    assert entries.tags("", Viewer("other"), 1) == [("snow", 2)]
    entries.put(entry("a", tags=("hare",)))
    entries.drop("b")
    assert entries.tags("sno", Viewer("other"), 10) == [("snowed in", 1)]
    assert entries.tags("sno", ANYBODY, 10) == []


def test_rows_are_never_given_twice() -> None:
    entries = Entries()
    first = entries.put(entry("a"))
    assert entries.put(entry("a", revision=2)) == first
    assert entries.drop("a") == first
    assert entries.drop("a") is None
    assert entries.put(entry("a", revision=3)) != first
    assert len(entries) == 1


def test_an_artwork_indexed_again_without_new_words_is_not_written_again() -> None:
    holdings, artwork = Holdings(), a_work(title="A fox")
    holdings.put([artwork], {})
    holdings.commit()
    before = holdings.words.ask(OWNER, Where()).holding(Sought(("fox",)))
    holdings.put([artwork.model_copy(update={"revision": 2, "likes": 7})], {})
    known = holdings.entries.get(artwork.id)
    assert known is not None
    assert known.revision == 2
    assert not holdings.uncommitted
    assert before.tolist() == [0]
