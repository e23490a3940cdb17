"""Procedures as data: what the shipped ones say, what they may call, and their conditions."""

import re
from pathlib import Path

import pytest

from furong.engines.rules import read_value
from furong.packs import Pack, load
from furong.packs.procedures import EFFECTS, GUARDS, Conditions, View
from furong.packs.procedures.conditions import expressions
from furong.packs.rules import fact_for_rules

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs/reference/procedures.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def furong() -> Pack:
    return load(ROOT / "packs/furong-2020")


@pytest.mark.parametrize(("heading", "known"), [("Guards", GUARDS), ("Effects", EFFECTS)])
def test_the_reference_lists_what_a_procedure_may_call(
    heading: str, known: dict[str, object]
) -> None:
    table = REFERENCE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == sorted(known)


def test_a_form_takes_in_the_items_of_others(furong: Pack) -> None:
    view = View(furong.procedures["application"])
    fields = [getattr(item, "field", "") for item in view.items("on_behalf")]
    assert fields == ["policy", "", "account", "materials", "letter"]


def test_back_leads_to_where_the_case_was_suspended(furong: Pack) -> None:
    view = View(furong.procedures["loan"])
    supply = next(act for act in view.acts if act.name == "supply")
    assert set(supply.to) == {"account", "credit", "approval"}


def test_a_condition_of_a_procedure_is_true_false_or_unknown(furong: Pack) -> None:
    appeal = furong.procedures["appeal"]
    facts = (*furong.facts.values(), *appeal.facts)
    conditions = Conditions(appeal, tuple(map(fact_for_rules, facts)))
    mode = next(fact for fact in appeal.facts if fact.key == "report_mode")
    written = read_value(fact_for_rules(mode), "written")
    spoken = read_value(fact_for_rules(mode), "video")
    source = "report_mode = 'written'"
    assert source in {found for _path, found in expressions(View(appeal))}
    assert conditions.holds(source, {"report_mode": written}) is True
    assert conditions.holds(source, {"report_mode": spoken}) is False
    assert conditions.holds(source, {}) is None
    assert conditions.holds("TRUE", {}) is True
