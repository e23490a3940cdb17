"""The outbox: nothing is called sent that no channel took; nothing is lost, nothing doubled."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from furong.apps.base import timers
from furong.apps.base.models import Entry, Timer
from furong.apps.directory.actions import create_user
from furong.apps.directory.models import User
from furong.apps.notices import checks, sending
from furong.apps.notices.channels import Channel
from furong.apps.notices.models import Delivery
from tests.apps.notices.conftest import Mailbox, Tell

pytestmark = pytest.mark.django_db

MAIL = Channel("mailtos://platform:secret-key@mail.example/?to={username}@example")
TEXT = Channel("sms://secret-key@{phone}")


def outgoing() -> Delivery:
    return Delivery.objects.outbox().get()


def send(mailbox: Mailbox, at: datetime, *channels: Channel) -> int:
    return sending.send_due(at=at, channels=channels or (MAIL,), post=mailbox)


def test_without_a_channel_nothing_is_sent_and_nothing_says_so(
    tell: Tell, liaison_li: User, at: datetime
) -> None:
    tell(liaison_li)
    assert sending.send_due(at=at) == 0
    assert (outgoing().state, outgoing().sent_at, outgoing().attempts) == ("waiting", None, 0)
    assert not Entry.objects.filter(verb="notice.deliver").exists()


def test_what_is_due_goes_out_once(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox, settings: Settings
) -> None:
    settings.FURONG_URL = "https://furong.example.gov.cn/"
    tell(liaison_li)
    assert send(mailbox, at) == 1
    assert send(mailbox, at) == 0
    ((address, title, text),) = mailbox.got
    assert address == "mailtos://platform:secret-key@mail.example/?to=li@example"
    assert title == "白名单制度解读已发布"
    assert text.endswith("https://furong.example.gov.cn/policies/T01/")
    assert (outgoing().state, outgoing().carrier) == ("sent", "mailtos")
    (entry,) = Entry.objects.filter(verb="notice.deliver")
    assert entry.payload["state"] == "sent"


def test_what_is_held_goes_in_the_morning(
    tell: Tell, liaison_li: User, night: datetime, mailbox: Mailbox
) -> None:
    tell(liaison_li, at=night)
    assert send(mailbox, night + timedelta(hours=7)) == 0
    assert send(mailbox, night + timedelta(hours=7, minutes=30)) == 1


def test_in_the_morning_what_was_held_waits_like_the_rest(
    tell: Tell, liaison_li: User, night: datetime
) -> None:
    tell(liaison_li, at=night)
    timers.tick(night + timedelta(hours=7))
    assert outgoing().state == "held"
    timers.tick(night + timedelta(hours=8))
    assert outgoing().state == "waiting"


@pytest.mark.parametrize("how", ["refuses", "breaks"])
def test_a_failing_channel_is_tried_again_and_then_given_up(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox, how: str
) -> None:
    tell(liaison_li)
    setattr(mailbox, how, True)
    moment = at
    for attempt in range(1, sending.TRIES + 1):
        assert send(mailbox, moment) == 0
        assert outgoing().attempts == attempt
        assert send(mailbox, moment) == 0  # not at once again
        assert outgoing().attempts == attempt
        moment += timedelta(minutes=30)
    failed = outgoing()
    assert (failed.state, failed.sent_at) == ("failed", None)
    assert failed.error
    assert "secret-key" not in failed.error
    assert send(mailbox, moment) == 0

    setattr(mailbox, how, False)
    assert sending.retry_failed(by="test", at=moment) == 1
    assert sending.retry_failed(by="test", at=moment) == 0
    assert send(mailbox, moment) == 1
    assert (outgoing().state, outgoing().error) == ("sent", "")


def test_one_failing_delivery_holds_up_no_other(
    tell: Tell, liaison_li: User, policy_sun: User, at: datetime, mailbox: Mailbox
) -> None:
    phone = create_user(username="hu", name="胡", phone="13800000000", by="test", at=at)
    tell(liaison_li, policy_sun, phone)
    assert send(mailbox, at, TEXT) == 1
    assert mailbox.got[0][0] == "sms://secret-key@13800000000"
    lacking = Delivery.objects.outbox().filter(recipient=liaison_li).get()
    assert "没有登记手机号" in lacking.error
    assert "13800000000" not in str([*Entry.objects.filter(verb="notice.deliver").values()])


def test_the_second_channel_is_tried_where_the_first_cannot(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox
) -> None:
    tell(liaison_li)
    assert send(mailbox, at, TEXT, MAIL) == 1
    assert outgoing().carrier == "mailtos"


def test_a_broken_channel_does_not_keep_the_next_from_being_tried(
    tell: Tell, liaison_li: User, at: datetime
) -> None:
    def post(address: str, title: str, text: str) -> bool:
        if address.startswith("broken"):
            raise ConnectionError(address)
        return True

    tell(liaison_li)
    channels = [Channel("broken://key@{username}"), MAIL]
    assert sending.send_due(at=at, channels=channels, post=post) == 1
    assert outgoing().carrier == "mailtos"


def test_whoever_left_meanwhile_is_not_written_to(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox
) -> None:
    tell(liaison_li)
    liaison_li.is_active = False
    liaison_li.save()
    assert send(mailbox, at) == 0
    assert (mailbox.got, outgoing().state) == ([], "failed")
    assert "停用" in outgoing().error


def test_a_number_that_cannot_be_read_holds_up_no_other(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox, settings: Settings
) -> None:
    hu = create_user(username="hu", name="胡", phone="13800000000", by="test", at=at)
    tell(hu)
    tell(liaison_li)
    settings.FURONG_PERSONAL_KEY = ["ab" * 32]
    assert send(mailbox, at, MAIL) == 1
    unread = Delivery.objects.outbox().get(recipient=hu)
    assert "FURONG_PERSONAL_KEY" in unread.error


def test_a_sender_that_died_leaves_its_delivery_to_the_next(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox
) -> None:
    tell(liaison_li)
    assert sending._claim(at) is not None  # and is gone
    assert send(mailbox, at) == 0
    assert send(mailbox, at + sending.LEASE) == 1


def test_old_news_is_not_sent_when_a_channel_comes_at_last(
    tell: Tell, liaison_li: User, at: datetime, mailbox: Mailbox
) -> None:
    tell(liaison_li)
    assert send(mailbox, at + sending.STALE + timedelta(minutes=1)) == 0
    assert mailbox.got == []
    assert outgoing().state == "failed"
    assert "过时" in outgoing().error


def test_the_timer_sends_and_looks_again_while_something_is_left(
    tell: Tell,
    liaison_li: User,
    at: datetime,
    mailbox: Mailbox,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.FURONG_CHANNELS = [MAIL.address]
    monkeypatch.setattr(sending.send_due, "__kwdefaults__", {"channels": None, "post": mailbox})
    mailbox.refuses = True
    tell(liaison_li)
    with django_capture_on_commit_callbacks(execute=True):
        timers.tick(at)
    assert outgoing().attempts == 1
    again = Timer.objects.waiting().get(name=sending.TIMER)
    assert again.due_at == outgoing().try_at  # sooner than the look that a crash would need
    mailbox.refuses = False
    with django_capture_on_commit_callbacks(execute=True):
        timers.tick(again.due_at)
    assert outgoing().state == "sent"
    last = Timer.objects.waiting().get(name=sending.TIMER)
    with django_capture_on_commit_callbacks(execute=True):
        timers.tick(last.due_at)
    assert not Timer.objects.waiting().filter(name=sending.TIMER).exists()
    assert len(mailbox.got) == 1


def test_without_a_channel_the_timer_comes_to_rest(
    tell: Tell, liaison_li: User, at: datetime
) -> None:
    tell(liaison_li)
    timers.tick(at)
    assert not Timer.objects.waiting().filter(name=sending.TIMER).exists()
    assert outgoing().state == "waiting"


@pytest.mark.parametrize(
    "address",
    ["mailtos://all@mail.example", "{phone}", "sms://{name}", "sms://{phone", "sms://{phone.pk}"],
)
def test_a_channel_that_would_tell_everybody_is_named_at_the_start(
    settings: Settings, address: str
) -> None:
    settings.FURONG_CHANNELS = [MAIL.address, address]
    (found,) = [one for one in checks.check_channels() if one.id == "furong.E013"]
    assert "Channel 2" in found.msg
    assert address not in found.msg  # it may hold a key


def test_quiet_hours_that_cannot_be_read_are_named_at_the_start(settings: Settings) -> None:
    settings.FURONG_QUIET_HOURS = "nights"
    (found,) = checks.check_quiet_hours()
    assert "22:00-07:00" in found.msg


def test_a_channel_without_its_library_is_named_at_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    settings.FURONG_CHANNELS = [MAIL.address]
    assert [found.id for found in checks.check_channels()] == ["furong.E012"]
    settings.FURONG_CHANNELS = []
    assert [*checks.check_channels()] == []
