"""The verbs ask for the mandate themselves: no face can forget it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.access import Denied
from furong.apps.directory.actions import grant, revoke
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.actions import (
    NewSubject,
    end_relation,
    merge,
    register_subject,
    relate,
    state_facts,
)
from furong.apps.registry.models import FactEntry, Relation, Subject
from tests.apps.cast import EAST, WEST, firm, person
from tests.apps.registry.test_importing import NEW_CODE


@pytest.fixture
def eastern(east_firm: Subject, at: datetime) -> Subject:
    """A second firm of East Street."""
    return firm("东街停车分公司", EAST, NEW_CODE, at=at)


class TestMerging:
    def test_a_clerk_merges_what_lies_in_their_street(
        self, clerk_chen: User, east_firm: Subject, eastern: Subject, at: datetime
    ) -> None:
        assert merge(eastern, into=east_firm, reason="同一企业", by=clerk_chen, at=at) == east_firm

    @pytest.mark.parametrize("swapped", [False, True])
    def test_both_must_lie_within_the_mandate(
        self, clerk_chen: User, east_firm: Subject, west_firm: Subject, swapped: bool, at: datetime
    ) -> None:
        leaving, staying = (west_firm, east_firm) if swapped else (east_firm, west_firm)
        with pytest.raises(Denied):
            merge(leaving, into=staying, reason="误", by=clerk_chen, at=at)
        assert not Subject.objects.exclude(merged_into=None).exists()

    def test_the_firm_itself_and_its_liaison_officer_may_not(
        self,
        owner_wang: User,
        liaison_li: User,
        east_firm: Subject,
        eastern: Subject,
        at: datetime,
    ) -> None:
        for who in (owner_wang, liaison_li):
            grant(
                who,
                who.grants.get().capacity,
                scope=(Grant.Scope.SUBJECT, str(eastern.pk)),
                source="授权书",
                by="test",
                at=at,
            )
            with pytest.raises(Denied):
                merge(eastern, into=east_firm, reason="误", by=who, at=at)

    def test_persons_only_by_whoever_may_know_them(self, district: object, at: datetime) -> None:
        one, other = (
            register_subject(NewSubject(kind="person", name=name), by="test", at=at)
            for name in ("赵小明", "赵晓明")
        )
        with pytest.raises(Denied):
            merge(
                one, into=other, reason="重复", by=person("dd", "调度", "dispatcher", at=at), at=at
            )
        merge(one, into=other, reason="重复", by=person("mz", "民政", "clerk", at=at), at=at)

    def test_into_whom_a_subject_went_is_told_to_those_alone_who_may_see_it(
        self,
        clerk_chen: User,
        leader_zhao: User,
        east_firm: Subject,
        west_firm: Subject,
        eastern: Subject,
        at: datetime,
    ) -> None:
        merge(east_firm, into=west_firm, reason="同一企业", by="test", at=at)
        tries: list[Callable[[], object]] = [
            lambda: state_facts(east_firm, {"staff": 7}, source="register", by=clerk_chen, at=at),
            lambda: merge(east_firm, into=eastern, reason="误", by=clerk_chen, at=at),
            lambda: relate(eastern, "branch_of", east_firm, by=clerk_chen, at=at),
        ]
        for attempt in tries:
            with pytest.raises(Refusal, match="已并入其他对象") as refused:
                attempt()
            assert west_firm.name not in str(refused.value)
            assert west_firm.number not in str(refused.value)
        grant(clerk_chen, "clerk", scope=("zone", WEST), source="代管", by="test", at=at)
        with pytest.raises(Refusal, match=west_firm.name):
            tries[0]()


class TestRelating:
    def test_the_one_must_be_theirs_and_the_other_known_to_them(
        self, clerk_chen: User, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        for source, target in ((east_firm, west_firm), (west_firm, east_firm)):
            with pytest.raises(Denied):
                relate(source, "tenant_of", target, by=clerk_chen, at=at)
        grant(clerk_chen, "leader", scope=("zone", WEST), source="分管", by="test", at=at)
        relation = relate(east_firm, "tenant_of", west_firm, by=clerk_chen, at=at)
        with pytest.raises(Denied):
            relate(west_firm, "tenant_of", east_firm, by=clerk_chen, at=at)
        revoke(Grant.objects.get(capacity="clerk"), reason="调离", by="test", at=at)
        with pytest.raises(Denied):
            end_relation(relation, on=date(2020, 3, 1), by=clerk_chen, at=at)
        assert Relation.objects.get().valid_to is None

    def test_it_does_not_end_before_it_begins(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        relation = relate(
            east_firm, "tenant_of", west_firm, valid_from=date(2020, 2, 3), by="test", at=at
        )
        with pytest.raises(Refusal, match="早于起始日期"):
            end_relation(relation, on=date(2020, 2, 2), by="test", at=at)


class TestStating:
    def test_in_no_other_name_than_ones_own(
        self, liaison_li: User, east_firm: Subject, at: datetime
    ) -> None:
        with pytest.raises(Refusal, match=r"“登记或证明”的名义填报；您可用的来源：联络员代填"):
            state_facts(east_firm, {"staff": 7}, source="register", by=liaison_li, at=at)
        state_facts(east_firm, {"staff": 7}, source="liaison", by=liaison_li, at=at)

    def test_not_of_another_and_not_after_the_mandate_ended(
        self, liaison_li: User, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        with pytest.raises(Denied):
            state_facts(west_firm, {"staff": 7}, source="liaison", by=liaison_li, at=at)
        later = at + timedelta(days=1)
        revoke(liaison_li.grants.get(), reason="轮换", by="test", at=later)
        with pytest.raises(Denied):
            state_facts(east_firm, {"staff": 7}, source="liaison", by=liaison_li, at=later)
        assert not FactEntry.objects.exists()


class TestRegistering:
    def test_only_where_the_mandate_reaches(self, clerk_chen: User, at: datetime) -> None:
        for street in (Zone.objects.get(code=WEST), None):
            with pytest.raises(Denied):
                register_subject(
                    NewSubject(kind="enterprise", name="甲", street=street), by=clerk_chen, at=at
                )
        assert not Subject.objects.exists()
        assert not Entry.objects.filter(verb="subject.register").exists()
        east = Zone.objects.get(code=EAST)
        assert register_subject(
            NewSubject(kind="enterprise", name="甲", street=east), by=clerk_chen, at=at
        )
