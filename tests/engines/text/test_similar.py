"""Look-alike open cases, as a dispatcher asks for them."""

import random

import pytest

from furong.engines.text.similar import FRESH, Similar
from tests.engines.text.cast import EXAMPLES, ODD


@pytest.fixture
def similar() -> Similar:
    found = Similar()
    for place, (message, _) in enumerate(EXAMPLES):
        found.add(f"c{place}", *message)
    return found


def test_the_likest_comes_first_with_what_stands_in_both(similar: Similar) -> None:
    similar.add("new", "青禾厂旁边的搅拌站通宵施工", "搅拌站夜里两点还在响")
    found = similar.nearest("搅拌站通宵施工太吵", "")
    assert found[0].id == "new"
    assert not found[0].same
    assert "搅拌站通宵施工" in found[0].phrases
    assert 0 < found[0].score < 1
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_case_sent_in_again_is_named_as_the_same(similar: Similar) -> None:
    message = EXAMPLES[3].message
    found = similar.nearest(f" {message.title} ", message.body.replace("，", ", "))
    assert found[0].id == "c3"
    assert found[0].same
    assert found[0].score == 1


def test_a_closed_case_is_not_found_again(similar: Similar) -> None:
    message = EXAMPLES[3].message
    similar.remove("c3")
    similar.remove("c3")
    similar.remove("never there")
    assert "c3" not in [one.id for one in similar.nearest(*message)]
    assert len(similar) == len(EXAMPLES) - 1


def test_a_changed_case_is_found_by_its_new_words_only(similar: Similar) -> None:
    similar.add("c0", "锅炉房漏水", "")
    assert len(similar) == len(EXAMPLES)
    assert similar.nearest("锅炉房漏水", "")[0].same
    assert not any(one.same for one in similar.nearest(*EXAMPLES[0].message))


def test_nothing_in_common_finds_nothing(similar: Similar) -> None:
    assert similar.nearest("zzzz", "") == []
    assert similar.nearest("", "") == []
    assert Similar().nearest("停车", "车位") == []


def test_no_more_than_asked(similar: Similar) -> None:
    assert len(similar.nearest("停车车位", "", 2)) == 2


def test_coming_and_going_changes_nothing_for_those_that_stay() -> None:
    """Whatever the order of additions, removals and rebuilds: who is open is found, first and whole."""
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    similar, still = Similar(), {}
    for step in range(6 * FRESH):
        word = "".join(draw.choice("甲乙丙丁戊己庚辛壬癸子丑寅卯") for _ in range(12))
        similar.add(f"{step}", word, "")
        still[f"{step}"] = word
        if draw.random() < 0.4:
            gone = draw.choice(sorted(still))
            similar.remove(gone)
            del still[gone]
    assert len(similar) == len(still)
    for id_, word in still.items():
        found = similar.nearest(word, "", 1)
        assert (found[0].id, found[0].same) == (id_, True), f"seed {seed}"


def test_additions_before_and_after_a_rebuild_score_nearly_alike() -> None:
    one, other = Similar(), Similar()
    for place, (message, _) in enumerate(EXAMPLES[:FRESH]):
        one.add(f"c{place}", *message)
    for place, (message, _) in enumerate(EXAMPLES):
        other.add(f"c{place}", *message)
    query = EXAMPLES[0].message
    assert one.nearest(*query)[0].score == other.nearest(*query)[0].score == 1


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_text_is_refused(similar: Similar, odd: str) -> None:
    similar.add("odd", odd, odd)
    similar.nearest(odd, odd)
    similar.remove("odd")
    assert len(similar) == len(EXAMPLES)
