"""What the policies say of one subject."""

from datetime import datetime, timedelta

import pytest

from furong.apps.policies.reads import (
    book,
    explained,
    judgement_of,
    label_of,
    settled,
    standing_of,
    verdicts_of,
)
from furong.apps.registry.actions import NewSubject, register_subject, state_facts
from furong.apps.registry.models import Subject


def state(subject: Subject, at: datetime, **values: object) -> None:
    state_facts(subject, values, source="statistics", by="test", at=at)


def standings(subject: Subject, at: datetime) -> dict[str, str]:
    return {one.policy: standing_of(one) for one in verdicts_of(subject, at)}


def test_of_what_is_in_force_here_for_this_kind_of_subject(
    east_firm: Subject, at: datetime
) -> None:
    assert standings(east_firm, at) == {
        "N01": "unknown",
        "T01": "unknown",
        "T02": "unknown",
        "T03": "unknown",
    }
    building = register_subject(NewSubject(kind="building", name="塔楼"), by="test", at=at)
    assert standings(building, at) == {"N01": "unknown"}
    assert "T03" not in standings(east_firm, at - timedelta(days=1))


def test_they_follow_from_what_is_known(east_firm: Subject, at: datetime) -> None:
    state(east_firm, at, staff=30, size_class="small", resumed=False)
    assert standings(east_firm, at) == {
        "N01": "unknown",
        "T01": "eligible",
        "T02": "decides",
        "T03": "ineligible",
    }
    assert judgement_of(east_firm, "T01", at).amount == 15_000_00


def test_what_only_a_department_can_settle_is_told_apart(east_firm: Subject, at: datetime) -> None:
    assert judgement_of(east_firm, "T02", at).missing == ("staff", "T02.decision")
    assert standing_of(judgement_of(east_firm, "T02", at)) == "unknown"
    state(east_firm, at, staff=9)
    assert standing_of(judgement_of(east_firm, "T02", at)) == "ineligible"
    state(east_firm, at, staff=10)
    assert standing_of(judgement_of(east_firm, "T02", at)) == "decides"


def test_each_comes_with_the_grounds_of_every_criterion(east_firm: Subject, at: datetime) -> None:
    state(east_firm, at, staff=30, size_class="large")
    grouped = explained(east_firm, at)
    assert {key: [one.text.policy.id for one in held] for key, held in grouped.items()} == {
        "eligible": [],
        "unknown": ["N01", "T03"],
        "decides": ["T02"],
        "ineligible": ["T01"],
    }
    size, staff = grouped["ineligible"][0].explanation.lines
    assert (size.answer, size.used[0].shown) == ("false", "大型")
    assert (staff.answer, staff.used[0].shown) == ("true", "30 人")


def test_of_exclusive_policies_the_highest_counts(east_firm: Subject, at: datetime) -> None:
    state(east_firm, at, staff=30, size_class="small", resumed=True)
    assert settled(verdicts_of(east_firm, at)) == [15_000_00]
    state(east_firm, at, staff=10)
    assert settled(verdicts_of(east_firm, at)) == [10_000_00]


def test_what_is_missing_has_a_label(east_firm: Subject, at: datetime) -> None:
    keys = ("staff", "T02.decision", "N01.proof", "N01.text")
    labels = [label_of(key, book(at)) for key in keys]
    assert labels == ["期末从业人员", "区政府一事一议", "出示承诺书", "其他条件"]


def test_no_such_policy(east_firm: Subject, at: datetime) -> None:
    with pytest.raises(KeyError, match="没有政策 T99"):
        judgement_of(east_firm, "T99", at)
