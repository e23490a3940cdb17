"""Stating facts: checked, asked once, weighed by source, kept for good."""

from datetime import date, datetime, timedelta

import pytest

from furong.apps.base.actions import erase
from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry, PersonalValue
from furong.apps.registry.actions import (
    InvalidFacts,
    NewSubject,
    Stated,
    merge,
    register_subject,
    relate,
    state_facts,
    unmask,
)
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import FactEntry, Subject, SubjectFacts
from furong.apps.registry.reads import encoded_facts, fact_on, facts_of, history
from tests.apps.cast import person

DAY = timedelta(days=1)


def test_every_bad_value_is_named_and_nothing_is_written(east_firm: Subject, at: datetime) -> None:
    values = {"staff": "许多", "resumed_on": "2020年2月31日", "size_class": "小型"}
    with pytest.raises(InvalidFacts) as refused:
        state_facts(east_firm, values, source="owner", by="test", at=at)
    assert set(refused.value.problems) == {"staff", "resumed_on"}
    assert "2020年2月31日" in str(refused.value)
    assert not FactEntry.objects.exists()


def test_an_undeclared_fact_is_refused_with_the_nearest(east_firm: Subject, at: datetime) -> None:
    with pytest.raises(Refusal, match=r"staf”.*是否想写 staff"):
        state_facts(east_firm, {"staf": 3}, source="owner", by="test", at=at)


def test_an_unknown_source_is_an_error(east_firm: Subject, at: datetime) -> None:
    with pytest.raises(ValueError, match="rumour"):
        state_facts(east_firm, {"staff": 3}, source="rumour", by="test", at=at)


def test_values_are_known_with_whence_and_about_when(east_firm: Subject, at: datetime) -> None:
    month = (date(2020, 1, 1), date(2020, 1, 31))
    state_facts(
        east_firm,
        {"revenue": "1562.73万", "listed": "规上工业"},
        source="statistics",
        cited="一月月报",
        about=month,
        by="test",
        at=at,
    )
    revenue = facts_of(east_firm)["revenue"]
    assert revenue.value == 1562_7300_00
    assert revenue.shown == "1,562.73 万元"
    assert (revenue.source, revenue.about, revenue.recorded_at) == ("statistics", month, at)
    assert encoded_facts(east_firm) == {
        "subject": "enterprise",
        "revenue": 1562_7300_00,
        "listed": frozenset({"big_industry"}),
    }


def test_what_is_known_is_not_written_again(east_firm: Subject, at: datetime) -> None:
    values = {"staff": 40, "industry": "H6220"}
    assert state_facts(east_firm, values, source="owner", by="test", at=at) == Stated(written=2)
    entries = Entry.objects.count()
    later = state_facts(
        east_firm, {"staff": "40 ", "industry": "H6220"}, source="liaison", by="test", at=at + DAY
    )
    assert later == Stated(same=2)
    assert FactEntry.objects.count() == 2
    assert Entry.objects.count() == entries


def test_the_later_of_equals_stands(east_firm: Subject, at: datetime) -> None:
    state_facts(east_firm, {"staff": 40}, source="owner", by="test", at=at)
    state_facts(east_firm, {"staff": 41}, source="liaison", by="test", at=at + DAY)
    assert facts_of(east_firm)["staff"].value == 41


def test_a_weaker_source_disputes_but_does_not_replace(east_firm: Subject, at: datetime) -> None:
    state_facts(east_firm, {"staff": 40}, source="department", by="test", at=at)
    stated = state_facts(east_firm, {"staff": 400}, source="owner", by="test", at=at + DAY)
    assert stated == Stated(disputed=1)
    staff = facts_of(east_firm)["staff"]
    assert (staff.value, staff.disputed) == (40, True)
    assert [(e.value, e.disputed) for e in history(east_firm, "staff")] == [
        (40, False),
        (400, True),
    ]


def test_a_stronger_source_settles_the_dispute(east_firm: Subject, at: datetime) -> None:
    state_facts(east_firm, {"staff": 40}, source="department", by="test", at=at)
    state_facts(east_firm, {"staff": 400}, source="owner", by="test", at=at + DAY)
    state_facts(east_firm, {"staff": 399}, source="register", by="test", at=at + 2 * DAY)
    staff = facts_of(east_firm)["staff"]
    assert (staff.value, staff.disputed) == (399, False)


def test_a_fact_that_is_taken_back_is_unknown_again(east_firm: Subject, at: datetime) -> None:
    state_facts(east_firm, {"staff": 40}, source="owner", by="test", at=at)
    state_facts(east_firm, {"staff": None}, source="owner", by="test", at=at + DAY)
    assert "staff" not in facts_of(east_firm)
    assert facts_of(east_firm, at)["staff"].value == 40


def test_as_of_is_what_had_been_recorded(east_firm: Subject, at: datetime) -> None:
    for days, staff in ((0, 40), (2, 42)):
        state_facts(east_firm, {"staff": staff}, source="owner", by="test", at=at + days * DAY)
    known = [facts_of(east_firm, at + days * DAY).get("staff") for days in (-1, 0, 1, 2)]
    assert [one and one.value for one in known] == [None, 40, 40, 42]


class TestPeriods:
    def test_an_older_period_does_not_replace_a_newer_one(
        self, east_firm: Subject, at: datetime
    ) -> None:
        january, december = date(2020, 1, 31), date(2019, 12, 31)
        state_facts(east_firm, {"staff": 40}, source="owner", about=january, by="test", at=at)
        state_facts(east_firm, {"staff": 50}, source="register", about=december, by="test", at=at)
        assert facts_of(east_firm)["staff"].value == 40
        assert fact_on(east_firm, "staff", december) == 50
        assert fact_on(east_firm, "staff", date(2019, 6, 1)) is None

    def test_an_older_period_is_not_written_twice_either(
        self, east_firm: Subject, at: datetime
    ) -> None:
        for day in (date(2020, 1, 31), date(2019, 12, 31), date(2019, 12, 31)):
            state_facts(east_firm, {"staff": 40}, source="owner", about=day, by="test", at=at)
        assert FactEntry.objects.count() == 2

    def test_a_dated_fact_is_read_from_the_history(self, east_firm: Subject, at: datetime) -> None:
        year = (date(2019, 12, 1), date(2019, 12, 31))
        state_facts(
            east_firm, {"insured_headcount": 30}, source="department", about=year, by="test", at=at
        )
        state_facts(
            east_firm,
            {"insured_headcount": 28},
            source="department",
            about=date(2020, 2, 29),
            by="test",
            at=at,
        )
        known = facts_of(east_firm)
        assert known["insured_2019"].value == 30
        assert known["insured_headcount"].value == 28

    def test_stating_a_dated_fact_states_the_other_on_its_date(
        self, east_firm: Subject, at: datetime
    ) -> None:
        state_facts(east_firm, {"insured_2019": 30}, source="owner", by="test", at=at)
        assert fact_on(east_firm, "insured_headcount", date(2019, 12, 31)) == 30
        assert facts_of(east_firm)["insured_2019"].value == 30
        assert [entry.value for entry in history(east_firm, "insured_2019")] == [30]


class TestPersonalFacts:
    def test_they_are_sealed_everywhere(self, east_firm: Subject, at: datetime) -> None:
        state_facts(east_firm, {"phone": "13000000000"}, source="owner", by="test", at=at)
        assert facts_of(east_firm)["phone"].shown == "******"
        assert "phone" not in encoded_facts(east_firm)
        rows = [FactEntry.objects.values(), SubjectFacts.objects.values(), Entry.objects.values()]
        assert "13000000000" not in str([list(row) for row in rows])

    def test_they_are_asked_once_as_well(self, east_firm: Subject, at: datetime) -> None:
        for _again in range(2):
            state_facts(east_firm, {"phone": "13000000000"}, source="owner", by="test", at=at)
        assert FactEntry.objects.count() == PersonalValue.objects.count() == 1

    def test_they_can_be_seen_for_a_reason(self, east_firm: Subject, at: datetime) -> None:
        clerk = person("jb", "经办", "clerk", at=at)
        state_facts(east_firm, {"phone": "13000000000"}, source="owner", by="test", at=at)
        assert unmask(east_firm, reason="电话抽查", by=clerk, at=at) == {"phone": "13000000000"}


class TestMerging:
    def test_what_is_known_and_its_numbers_follow(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        state_facts(west_firm, {"staff": 7, "revenue": "3万"}, source="owner", by="test", at=at)
        state_facts(east_firm, {"staff": 9}, source="register", by="test", at=at)
        state_facts(west_firm, {"phone": "130"}, source="owner", by="test", at=at)
        merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at + DAY)
        known = facts_of(east_firm)
        assert known["revenue"].value == 3_0000_00
        assert (known["staff"].value, known["staff"].disputed) == (9, True)
        assert known["phone"].personal
        assert east_firm.identifiers.count() == 2
        assert not Subject.objects.current().filter(pk=west_firm.pk).exists()
        assert [one.pk for one in Subject.objects.search("西街")] == []

    def test_the_history_of_both_is_shown(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        state_facts(west_firm, {"staff": 7}, source="owner", by="test", at=at)
        merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at + DAY)
        assert [(e.subject_id, e.value) for e in history(east_firm, "staff")] == [
            (west_firm.pk, 7),
            (east_firm.pk, 7),
        ]

    def test_nothing_more_is_stated_of_the_one_that_left(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
        with pytest.raises(Refusal, match=rf"已并入东街停车服务有限公司（{east_firm.number}）"):
            state_facts(west_firm, {"staff": 7}, source="owner", by="test", at=at)
        with pytest.raises(Refusal, match="已并入"):
            merge(east_firm, into=west_firm, reason="误", by="test", at=at)

    def test_twice_is_once(self, east_firm: Subject, west_firm: Subject, at: datetime) -> None:
        for _again in range(2):
            merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
        assert Entry.objects.filter(verb="subject.merge").count() == 1

    def test_what_was_erased_stays_erased(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        state_facts(west_firm, {"staff": 7, "phone": "130"}, source="owner", by="test", at=at)
        values = PersonalValue.objects.about(west_firm)
        erase(values, about=west_firm, reason="本人申请", by="test", at=at)
        merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
        assert facts_of(east_firm).keys() == {"staff"}

    def test_the_journal_says_what_moved(
        self, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        tower = register_subject(NewSubject(kind="building", name="国金中心"), by="test", at=at)
        lease = relate(west_firm, "tenant_of", tower, by="test", at=at)
        number = west_firm.identifiers.get()
        merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
        payload = Entry.objects.get(verb="subject.merge").payload
        assert payload["relations"] == [str(lease.pk)]
        assert payload["identifiers"] == [str(number.pk)]

    def test_no_subject_is_merged_into_itself(self, east_firm: Subject, at: datetime) -> None:
        with pytest.raises(Refusal, match="自身"):
            merge(east_firm, into=east_firm, reason="误", by="test", at=at)


def test_the_projection_is_the_fold_of_the_history(east_firm: Subject, at: datetime) -> None:
    statements: list[tuple[str, object, str, date | None]] = [
        ("staff", 40, "owner", None),
        ("staff", 41, "sample", None),
        ("staff", None, "owner", None),
        ("insured_headcount", 30, "owner", date(2019, 12, 31)),
        ("insured_headcount", 31, "press", date(2019, 12, 31)),
        ("insured_2019", 32, "register", None),
        ("insured_headcount", 28, "owner", None),
        ("listed", "规上工业", "department", None),
    ]
    for n, (fact, value, source, about) in enumerate(statements):
        state_facts(
            east_firm, {fact: value}, source=source, about=about, by="test", at=at + n * DAY
        )
    row = SubjectFacts.objects.get(subject=east_firm)
    entries = FactEntry.objects.filter(subject=east_firm).order_by("sequence")
    assert row.facts == catalogue().projector.fold(entries)
    assert row.sequence == max(entry.sequence for entry in entries)
