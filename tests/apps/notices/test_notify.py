"""Telling people: who is told, when, and what of it stays where."""

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.models import Entry, Timer
from furong.apps.directory.models import User
from furong.apps.notices.actions import NobodyToTell, mark_all_read, mark_read, notify
from furong.apps.notices.models import Delivery, Notice
from furong.apps.notices.sending import TIMER
from tests.apps.notices.conftest import ABOUT, Tell

pytestmark = pytest.mark.django_db


def states(notice: Notice) -> dict[tuple[str, str], str]:
    rows = notice.deliveries.select_related("recipient")
    return {(row.recipient.username, row.channel): row.state for row in rows}


@pytest.mark.parametrize(
    "path", ["", "policies/", "//evil.example/", "https://evil.example/", "/a b", "/张三/", "/\n"]
)
def test_a_notice_leads_nowhere_else(policy_sun: User, at: datetime, path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        notify([policy_sun], title="通知", path=path, about=ABOUT, by="test", at=at)
    assert not Notice.objects.exists()


def test_people_without_an_account_are_left_out_and_counted(
    tell: Tell, liaison_li: User, policy_sun: User
) -> None:
    policy_sun.is_active = False
    policy_sun.save()
    notice = tell(liaison_li, policy_sun)
    assert {name for name, _channel in states(notice)} == {"li"}
    assert notice.left_out == 1


def test_a_notice_for_nobody_is_refused_and_leaves_no_trace(tell: Tell, policy_sun: User) -> None:
    policy_sun.is_active = False
    policy_sun.save()
    for people in ((), (policy_sun,)):
        with pytest.raises(NobodyToTell, match="没有启用的账号"):
            tell(*people)
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(verb="notice.send").exists()


def test_whoever_is_named_twice_is_told_once(tell: Tell, liaison_li: User) -> None:
    assert tell(liaison_li, liaison_li).deliveries.count() == 2  # inbox and outbox


def test_by_day_it_is_in_the_inbox_and_due_outside_at_once(
    tell: Tell, liaison_li: User, at: datetime
) -> None:
    notice = tell(liaison_li)
    assert states(notice) == {("li", "inbox"): "sent", ("li", "outbox"): "waiting"}
    assert Timer.objects.waiting().get(name=TIMER).due_at == at


def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(
    tell: Tell, liaison_li: User, night: datetime
) -> None:
    held = tell(liaison_li, at=night)
    assert states(held) == {("li", "inbox"): "sent", ("li", "outbox"): "held"}
    morning = night + timedelta(hours=7, minutes=30)
    assert held.deliveries.outbox().get().due_at == morning
    assert Timer.objects.waiting().get(name=TIMER).due_at == morning
    urgent = tell(liaison_li, at=night, urgent=True)
    assert states(urgent)["li", "outbox"] == "waiting"
    assert Timer.objects.waiting().get(name=TIMER).due_at == night  # moved forward


def test_a_later_notice_does_not_put_off_an_earlier_one(
    tell: Tell, liaison_li: User, at: datetime, night: datetime
) -> None:
    tell(liaison_li, at=at)
    tell(liaison_li, at=night)
    assert Timer.objects.waiting().get(name=TIMER).due_at == at


def test_a_district_may_have_no_quiet_hours(
    tell: Tell, liaison_li: User, night: datetime, settings: Settings
) -> None:
    settings.FURONG_QUIET_HOURS = "none"
    assert states(tell(liaison_li, at=night))["li", "outbox"] == "waiting"


def test_the_journal_has_one_entry_and_no_text(tell: Tell, liaison_li: User) -> None:
    notice = tell(liaison_li)
    (entry,) = Entry.objects.filter(verb="notice.send")
    assert (entry.about_type, entry.about_id) == ABOUT
    assert entry.payload["recipients"] == 1
    told = str(entry.payload)
    assert notice.title not in told
    assert liaison_li.name not in told


def test_long_text_is_cut_and_not_lost_with_an_error(liaison_li: User, at: datetime) -> None:
    notice = notify(
        [liaison_li], title="长" * 300, body="长" * 3000, path="/", about=ABOUT, by="test", at=at
    )
    notice.refresh_from_db()
    assert (len(notice.title), notice.title[-1]) == (120, "…")
    assert len(notice.body) == 1000


def test_reading_is_once_and_by_the_recipient_alone(
    tell: Tell, liaison_li: User, policy_sun: User, at: datetime
) -> None:
    mine = tell(liaison_li).deliveries.inbox_of(liaison_li).get()
    with pytest.raises(Delivery.DoesNotExist):
        mark_read(mine, by=policy_sun, at=at)
    later = at + timedelta(hours=1)
    assert mark_read(mine, by=liaison_li, at=at).state == "read"
    assert mark_read(mine, by=liaison_li, at=later).read_at == at  # a double click
    assert Entry.objects.filter(verb="notice.read").count() == 1


def test_whoever_told_people_learns_how_many_have_read_it(
    tell: Tell, liaison_li: User, policy_sun: User, at: datetime
) -> None:
    notice = tell(liaison_li, policy_sun)
    assert notice.receipts() == (2, 0)
    mark_read(notice.deliveries.inbox_of(liaison_li).get(), by=liaison_li, at=at)
    assert notice.receipts() == (2, 1)


def test_all_may_be_read_at_once(
    tell: Tell, liaison_li: User, policy_sun: User, at: datetime
) -> None:
    tell(liaison_li, policy_sun)
    tell(liaison_li)
    assert mark_all_read(by=liaison_li, at=at) == 2
    assert mark_all_read(by=liaison_li, at=at) == 0
    assert Entry.objects.filter(verb="notice.read").count() == 1
    assert Delivery.objects.inbox_of(policy_sun).unread().count() == 1
    assert not Delivery.objects.outbox().filter(state="read").exists()
