"""Raising something: what is open to whom, and a whistle in the same breath."""

from datetime import datetime
from uuid import uuid4

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import open_asking
from furong.apps.cases.models import Case, Handover, Request
from furong.apps.cases.reads import openable, procedures_of
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import on, run


def test_what_a_capacity_can_raise(everybody: None) -> None:
    (mine,) = openable("liaison")
    assert (mine.procedure, mine.name, mine.label) == ("appeal", "collect", "走访收集")
    assert [*mine.requests] == ["whistle"]
    assert [*mine.classes] == ["general", "urgent", "complex"]
    assert mine.takes("building")
    assert [(one.procedure, one.name, [*one.requests]) for one in openable("owner")] == [
        ("appeal", "report", [])
    ]
    assert procedures_of("owner") == ["appeal"]
    assert openable("auditor") == []


def collected(firm: Subject, by: User, at: datetime, **changes: object) -> Case:
    given = {
        "subject": firm,
        "answers": {"title": "员工停车难"},
        "asked": {"matter": "请协调路边泊位"},
        "client_id": uuid4(),
        "by": by,
        "at": at,
    }
    return open_asking("appeal", "collect", "whistle", **{**given, **changes})  # type: ignore[arg-type]


def test_a_case_and_its_whistle_come_together_or_not_at_all(
    east_firm: Subject, liaison_li: User, leader_zhao: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="需要区领导解决什么"):
        collected(east_firm, liaison_li, at, asked={})
    assert not Case.objects.exists()


def test_sent_twice_it_is_one_case_and_one_whistle(
    east_firm: Subject, liaison_li: User, leader_zhao: User, at: datetime
) -> None:
    sent = {"client_id": uuid4()}
    first, second = (collected(east_firm, liaison_li, at, **sent) for _ in range(2))
    assert first == second
    assert Request.objects.count() == 1


def test_a_whistle_of_the_afternoon_lies_on_the_desk_next_morning_and_its_clock_starts_then(
    east_firm: Subject, everybody: None, liaison_li: User, leader_zhao: User
) -> None:
    case = collected(east_firm, liaison_li, on(18, 15))
    run(on(18, 15, 1))
    whistle = case.requests.get()
    assert whistle.delivered_at is None
    assert not whistle.clocks.exists()
    run(on(19, 7, 29))
    assert not Handover.objects.exists()
    run(on(19, 7, 30))
    whistle.refresh_from_db()
    assert whistle.delivered_at == on(19, 7, 30)
    clock = whistle.clocks.get()
    assert clock.intervals.get().started_at == on(19, 7, 30)
    assert clock.due_at == on(20, 0)
    handed = Handover.objects.get(person=leader_zhao)
    assert (handed.cut_at, handed.handed_at) == (on(19), on(19, 7, 30))
    assert [(line.case, line.why, line.request) for line in handed.lines.all()] == [
        (case, "asked", whistle)
    ]


def test_after_days_without_a_worker_the_list_of_the_day_is_handed_over_late_and_no_older_one(
    east_firm: Subject, everybody: None, liaison_li: User, leader_zhao: User
) -> None:
    case = collected(east_firm, liaison_li, on(18, 15))
    run(on(19, 9))  # the timers stood since the third
    assert case.requests.get().delivered_at == on(19, 9)
    handed = Handover.objects.get(person=leader_zhao)
    assert (handed.cut_at, handed.handed_at) == (on(19), on(19, 9))
    run(on(20, 7, 30))
    assert Handover.objects.filter(person=leader_zhao).count() == 2


def test_what_is_collected_after_midnight_waits_for_the_day_after(
    east_firm: Subject, everybody: None, liaison_li: User
) -> None:
    run(on(18, 8))
    case = collected(east_firm, liaison_li, on(19, 0, 5))
    run(on(19, 7, 30))
    assert not Handover.objects.exists()
    assert case.requests.get().delivered_at is None
    run(on(20, 7, 30))
    assert case.requests.get().delivered_at == on(20, 7, 30)


def test_an_urgent_one_is_delivered_at_once(
    east_firm: Subject, everybody: None, liaison_li: User
) -> None:
    case = collected(east_firm, liaison_li, on(18, 15), kind="urgent")
    whistle = case.requests.get()
    assert whistle.delivered_at == on(18, 15)
    assert whistle.clocks.get().due_at == on(18, 15, 30)
