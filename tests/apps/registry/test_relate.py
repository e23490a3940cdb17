"""Relations between subjects."""

from datetime import date, datetime

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.registry.actions import (
    NewSubject,
    end_relation,
    merge,
    register_subject,
    relate,
)
from furong.apps.registry.models import Subject


def test_said_twice_it_stands_once(east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    first = relate(east_firm, "tenant_of", west_firm, by="test", at=at)
    assert relate(east_firm, "tenant_of", west_firm, by="test", at=at) == first
    assert Entry.objects.filter(verb="subject.relate").count() == 1


def test_it_ends_on_a_day_and_can_begin_again(
    east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    first = relate(east_firm, "tenant_of", west_firm, by="test", at=at)
    for day in (date(2020, 2, 10), date(2020, 2, 20)):
        assert end_relation(first, on=day, by="test", at=at).valid_to == date(2020, 2, 10)
    assert relate(east_firm, "tenant_of", west_firm, by="test", at=at) != first


def test_impossible_ones_are_refused(east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    with pytest.raises(Refusal, match="自身"):
        relate(east_firm, "tenant_of", east_firm, by="test", at=at)
    with pytest.raises(Refusal, match="早于"):
        relate(
            east_firm,
            "tenant_of",
            west_firm,
            valid_from=date(2020, 2, 2),
            valid_to=date(2020, 2, 1),
            by="test",
            at=at,
        )


def test_an_undeclared_relation_is_refused_with_the_declared(
    east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    with pytest.raises(Refusal, match=r"没有关系“friend_of”；现有：tenant_of（入驻于）、branch_of"):
        relate(east_firm, "friend_of", west_firm, by="test", at=at)
    assert not east_firm.relations_from.exists()


def test_they_follow_a_merge(east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    tower = register_subject(NewSubject(kind="building", name="国金中心"), by="test", at=at)
    relate(west_firm, "tenant_of", tower, by="test", at=at)
    relate(west_firm, "branch_of", east_firm, by="test", at=at)
    for firm in (east_firm, west_firm):
        relate(tower, "leases_to", firm, by="test", at=at)
    merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
    assert [relation.kind for relation in east_firm.relations_from.all()] == ["tenant_of"]
    assert sorted(one.kind for one in east_firm.relations_to.all()) == ["branch_of", "leases_to"]
