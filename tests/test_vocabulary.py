"""The vocabulary: what the curated one may hold, how one's own joins it, and complaints that name the line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limn.artworks import fields
from limn.errors import BadSettings
from limn.text import tag_name
from limn.vision.basic import Basic
from limn.vision.vocabulary import NAME, WORDS, Group, Vocabulary, load

CURATED = load()
TAGS = [word.name for group in CURATED.groups for word in group.words]


def own(folder: Path, text: str | bytes) -> Path:
    path = folder / "words.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def group(vocabulary: Vocabulary, name: str) -> Group:
    return next(one for one in vocabulary.groups if one.name == name)


def test_the_curated_words_are_hundreds_of_tags_as_artists_write_them() -> None:
    assert 500 < len(TAGS) < 1000
    assert len(set(TAGS)) == len(TAGS)
    assert all(tag_name(name) == name and len(name) <= fields.TAG and "," not in name for name in TAGS)
    assert {"cat", "oil painting", "speech bubbles", "castle", "crane", "melancholic", "night", "dragon"} <= set(TAGS)


def test_the_longest_tag_is_the_artists_own() -> None:
    assert NAME == fields.TAG


def test_what_is_measured_is_not_guessed() -> None:
    assert not set(TAGS) & Basic().tag_names


def test_nothing_is_said_of_what_a_person_is() -> None:
    refused = {
        *(
            "man",
            "men",
            "woman",
            "women",
            "girl",
            "boy",
            "lady",
            "male",
            "female",
            "old",
            "young",
            "teenager",
            "elderly",
        ),
        *(
            "asian",
            "african",
            "european",
            "arab",
            "indian",
            "black",
            "white",
            "blonde",
            "gypsy",
            "eskimo",
            "native",
            "tribal",
        ),
        *("beautiful", "pretty", "handsome", "ugly", "sexy", "attractive", "fat", "thin", "muscular", "nude", "naked"),
        *("christian", "muslim", "jewish", "hindu", "buddhist", "nun", "priest", "monk", "hijab", "turban", "praying"),
        *("blind", "deaf", "disabled", "wheelchair", "dwarf", "midget", "cripple", "mad", "insane", "sick"),
        *("gorilla", "monkey", "ape", "chimpanzee", "orangutan", "criminal", "thief", "beggar", "slave", "terrorist"),
        *("gun", "blood", "gore", "corpse", "drug", "cigarette", "beer", "lingerie", "bikini"),
    }
    assert not {word for name in TAGS for word in name.replace("-", " ").split()} & refused


def test_every_group_competes_with_something_and_could_win() -> None:
    for one in CURATED.groups:
        assert one.against, one.name
        assert 0.15 <= one.at_least < 1
        assert 1 <= one.most <= 3
        assert len(one.texts) == len(one.words) + len(one.against)
        assert all(len(texts) == len(one.templates) for texts in one.texts)
        assert not set(one.against) & {word.prompt for word in one.words}


def test_an_article_belongs_to_the_words_and_not_to_the_tag() -> None:
    animals = group(CURATED, "animals")
    crane = next(word for word in animals.words if word.name == "crane")
    assert crane.prompt == "a crane bird"
    assert animals.texts[0] == ("a photo of a cat", "a painting of a cat")
    assert animals.words[0].name == "cat"


def test_plain_words_one_a_line_are_a_group_of_their_own(tmp_path: Path) -> None:
    found = load(own(tmp_path, "\ufeffFursuit\r\n\r\n# a remark\r\n#vtuber\r\nthe Hague\r\n an  Old   Mill \r\n"))
    mine = group(found, "own")
    assert [word.name for word in mine.words] == ["fursuit", "vtuber", "hague", "old mill"]
    assert mine.words[3].prompt == "an Old Mill"
    animals = group(CURATED, "shapes")
    assert (mine.most, mine.at_least) == (3, 0.2)
    assert "something" in mine.against
    assert animals in found.groups
    assert found.version != CURATED.version


def test_ones_own_groups_have_their_own_settings(tmp_path: Path) -> None:
    text = """Most: 1
[ships]
template: a ship, {}
template: {} at sea
against: no ship
at least: 0.5
schooner: a two-masted schooner
brig

[Harbours]
quay"""
    found = load(own(tmp_path, text))
    ships, harbours = group(found, "ships"), group(found, "harbours")
    assert ships.texts[0] == ("a ship, a two-masted schooner", "a two-masted schooner at sea")
    assert (ships.against, ships.at_least, ships.most) == (("no ship",), 0.5, 1)
    assert (harbours.most, harbours.at_least, len(harbours.templates)) == (1, 0.2, 2)
    assert group(found, "animals") == group(CURATED, "animals")


def test_a_group_of_limns_own_can_be_added_to_changed_and_silenced(tmp_path: Path) -> None:
    text = "[animals]\nat least: 0.4\na quokka\ncrane: a white crane\n[people]\nmost: 0"
    found = load(own(tmp_path, text))
    animals, before = group(found, "animals"), group(CURATED, "animals")
    assert [word.name for word in animals.words] == [*(word.name for word in before.words), "quokka"]
    assert next(word.prompt for word in animals.words if word.name == "crane") == "a white crane"
    assert (animals.at_least, animals.most, animals.templates) == (0.4, before.most, before.templates)
    assert "people" not in {one.name for one in found.groups}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fox\n\nfox", r'line 3: "fox" was there before'),
        ("a fox\nthe Fox", r'line 2: "fox" was there before'),
        ("fox\ncat, dog", r"line 2: one word a line"),
        ("[animals\nfox", r"line 1: a heading is a name in brackets"),
        ("[]\nfox", r"line 1: a heading"),
        ("[a]\nfox\n[A]\ncat", r"line 3: the group \[a\] was there before"),
        ("[mine]\nmost: 3\n[yours]\nfox", r"the group \[mine\] has no words"),
        ("template: a picture\nfox", r"line 1: a template holds \{\} once"),
        ("template: {} and {}\nfox", r"line 1: a template holds"),
        ("template: {name} {}\nfox", r"line 1: a template holds"),
        ("at least: a lot\nfox", r"line 1: at least takes a share"),
        ("at least: nan\nfox", r"line 1: at least takes a share"),
        ("at least: 1\nfox", r"line 1: at least takes a share"),
        ("most: -1\nfox", r"line 1: most takes a whole number"),
        ("most: ³\nfox", r"line 1: most takes a whole number"),
        ("against:\nfox", r"line 1: between 1 and 200"),
        ("fox:", r"line 1: a word is missing"),
        (": a fox", r"line 1: a word is missing"),
        ("x" * 61, r"line 1: a tag has at most 60"),
        ("fox: " + "x" * 201, r"line 1: a tag has at most 60"),
        ("", r"has no words"),
        ("# only\n#\n\n# remarks", r"has no words"),
        ("\n".join(f"fox {number}" for number in range(WORDS + 1)), rf"has {WORDS + 1} words"),
        (b"fox\n\xff\xfe", r"line 2: this is not UTF-8"),
        (b"x" * 1_000_001, r"larger than 1 MB"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    path = own(tmp_path, text)
    with pytest.raises(BadSettings, match=complaint) as error:
        load(path)
    assert error.value.detail.startswith(f"LIMN_VOCABULARY: {path}")


def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        with pytest.raises(BadSettings, match=f"LIMN_VOCABULARY: {path} cannot be read: "):
            load(path)


def test_the_version_is_of_the_words_and_not_of_the_remarks(tmp_path: Path) -> None:
    plain, remarked, other = (
        load(own(tmp_path, text)).version for text in ("fox\nwolf", "# mine\n\n fox \n\n wolf", "fox\nwolf\nhare")
    )
    assert plain == remarked != other
    assert load().version == CURATED.version


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=40), st.sampled_from(["[a]", "fox", "most: 2", "template: {}", "#"])), max_size=20
    )
)
def test_any_file_is_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = own(tmp_path_factory.getbasetemp(), "\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        found = load(path)
    except BadSettings:
        return
    for one in found.groups:
        assert one.words
        assert all(word.name and len(word.name) <= NAME and word.prompt for word in one.words)
