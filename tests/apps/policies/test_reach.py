"""How many subjects each policy reaches."""

import random
from collections import Counter
from datetime import datetime

import pytest

from furong.apps.directory.models import User, Zone
from furong.apps.policies.reads import (
    STANDINGS,
    Counted,
    counted_for,
    judgement_of,
    library,
    reach,
    reaches,
    standing_of,
    subjects_of,
)
from furong.apps.policies.reads.counted import EVERYBODY
from furong.apps.registry.actions import NewSubject, merge, register_subjects, state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST, WEST, person


@pytest.fixture
def firms(district: Pack, at: datetime) -> list[Subject]:
    """Forty firms and two persons, of each something known at random."""
    dice = random.Random(20200203)
    streets = [Zone.objects.get(code=EAST), Zone.objects.get(code=WEST), None]
    news = [
        NewSubject(kind="enterprise", name=f"虚构企业{n}", street=dice.choice(streets))
        for n in range(40)
    ]
    news += [NewSubject(kind="person", name=f"虚构{n}", street=streets[0]) for n in range(2)]
    subjects = register_subjects(news, by="test", at=at)
    for subject in subjects[:40]:
        values: dict[str, object] = {
            "staff": dice.choice([0, 9, 10, 50, 51, None]),
            "size_class": dice.choice(["small", "micro", "large", None]),
            "resumed": dice.choice([True, False, None]),
        }
        known = {key: value for key, value in values.items() if value is not None}
        state_facts(subject, known, source="sample", by="test", at=at)
    return subjects


def test_it_agrees_with_judging_each_subject(firms: list[Subject], at: datetime) -> None:
    for text in library(at):
        code = text.policy.id
        asked = [one for one in firms if one.kind in text.policy.kinds]
        judged = {one.pk: judgement_of(one, code, at) for one in asked}
        counts = Counter(map(standing_of, judged.values()))
        found = reach(code, at, EVERYBODY)
        assert {name: getattr(found, name) for name in STANDINGS} == {
            name: counts[name] for name in STANDINGS
        }
        eligible = [one for one in judged.values() if one.verdict == "eligible"]
        assert found.total == sum(one.amount or 0 for one in eligible)
        assert found.count == len(asked)
        for name in STANDINGS:
            rows = Subject.objects.filter(pk__in=subjects_of(code, name, at))
            assert {row.pk for row in rows} == {
                pk for pk, one in judged.items() if standing_of(one) == name
            }


def test_each_criterion_is_counted_alone(firms: list[Subject], at: datetime) -> None:
    answers = Counter(
        answer for one in firms[:40] for answer in judgement_of(one, "T01", at).criteria
    )
    assert reach("T01", at).criteria == {
        key: (answers[key, "true"], answers[key, "unknown"]) for key in ("size", "staff")
    }


def test_streets_and_sizes_add_up_to_the_whole(firms: list[Subject], at: datetime) -> None:
    for found in reaches(at).values():
        for shares in (found.streets, found.sizes):
            assert sum(share.eligible for share in shares) == found.eligible
            assert sum(share.decides for share in shares) == found.decides
            assert sum(share.unknown for share in shares) == found.unknown
            assert sum(share.ineligible for share in shares) == found.ineligible
    assert {share.name for share in reach("T01", at).streets} == {"东街街道", "西街街道", ""}
    assert {share.code for share in reach("T01", at).sizes} == {"small", "micro", "large", ""}


def test_natural_persons_are_counted_only_for_those_who_may_know(
    firms: list[Subject], at: datetime
) -> None:
    assert reach("T04", at).count == 0
    assert reaches(at)["T04"].count == 0
    assert reach("T04", at, EVERYBODY).decides == 2


def test_a_new_statement_counts_at_once(firms: list[Subject], at: datetime) -> None:
    before = reach("T03", at).eligible
    other = Subject.objects.filter(pk__in=subjects_of("T03", "ineligible", at)).first()
    assert other
    state_facts(other, {"resumed": True}, source="sample", by="test", at=at)
    assert reach("T03", at).eligible == before + 1


def test_a_merged_subject_counts_no_more(firms: list[Subject], at: datetime) -> None:
    before = reach("T01", at).count
    merge(firms[0], into=firms[1], reason="重复登记", by="test", at=at)
    assert reach("T01", at).count == before - 1


def test_of_nobody_nothing_is_counted(district: Pack, at: datetime) -> None:
    found = reach("T02", at)
    assert (found.count, found.streets, found.criteria) == (
        0,
        (),
        {"staff": (0, 0), "decision": (0, 0)},
    )


def test_the_lists_are_cut_to_what_a_person_sees(
    firms: list[Subject], clerk_chen: User, leader_zhao: User, at: datetime
) -> None:
    def seen(user: User, code: str) -> set[str]:
        rows = Subject.objects.visible_to(user, at)
        found = rows.filter(pk__in=subjects_of(code, "decides", at)).select_related("street")
        return {row.street.code if row.street else "" for row in found}

    assert seen(leader_zhao, "T02") >= {EAST, WEST}
    assert seen(clerk_chen, "T02") == {EAST}
    assert seen(leader_zhao, "T04") == set()
    assert seen(person("mz", "民政经办", "clerk", at=at), "T04") == {EAST}


def test_no_such_policy(district: Pack, at: datetime) -> None:
    with pytest.raises(KeyError, match="没有政策 T99"):
        reach("T99", at)
    with pytest.raises(KeyError, match="没有政策 T99"):
        subjects_of("T99", "eligible", at)


def test_figures_of_a_street_are_of_its_subjects_alone(
    firms: list[Subject], clerk_chen: User, at: datetime
) -> None:
    counted = counted_for(clerk_chen, at)
    assert counted is not None
    here = [one for one in firms if one.street and one.street.code == EAST]
    judged = [standing_of(judgement_of(one, "T01", at)) for one in here if one.kind == "enterprise"]
    found = reach("T01", at, counted)
    assert found.eligible == judged.count("eligible")
    assert found.count == len(judged)
    assert [share.code for share in found.streets] == [EAST]
    met, _unknown = found.criteria["size"]
    assert met < reach("T01", at).criteria["size"][0]
    assert reaches(at, counted)["T01"] == found


def test_an_owner_and_a_stranger_are_told_no_figures(
    owner_wang: User, stranger_zhou: User, leader_zhao: User, at: datetime
) -> None:
    assert counted_for(owner_wang, at) is None
    assert counted_for(stranger_zhou, at) is None
    assert counted_for(leader_zhao, at) == Counted()
