"""What a spreadsheet of worked cases changes in a draft."""

from typing import Any

from furong.apps.policies.sheets.cases import case_changes


def case(title: str, verdict: str = "eligible", **facts: Any) -> dict[str, Any]:
    return {"title": title, "facts": facts, "verdict": verdict}


def test_cases_are_told_apart_by_their_names() -> None:
    before = [case("甲", staff="20"), case("乙", staff=1), case("丙")]
    after = [case("丁"), case("甲", staff=20), case("乙", "unknown", staff=1)]
    changes = case_changes(before, after)
    assert (changes.added, changes.changed, changes.removed) == (("丁",), ("乙",), ("丙",))


def test_a_fact_left_empty_is_a_fact_not_stated() -> None:
    changes = case_changes([case("甲", staff=None)], [case("甲")])
    assert changes.changed == ()
    listed = [case("甲", listed=["b", "a"])], [case("甲", listed=["a", "b"])]
    assert case_changes(*listed).changed == ()
