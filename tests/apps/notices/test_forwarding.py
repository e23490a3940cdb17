"""Forwarding by a code of one's own: codes that hold, openings that name nobody."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from furong.apps.base.models import Entry
from furong.apps.directory.models import User
from furong.apps.notices import codes
from furong.apps.notices.actions import BadCode, Visit, forward, forwarding_of, record_opening
from furong.apps.notices.actions.forward import OF_A_READER
from furong.apps.notices.models import Forwarding, Opening, ReaderSalt
from furong.apps.notices.tracing import in_order
from tests.apps.base.together import together
from tests.apps.notices.conftest import ABOUT

pytestmark = pytest.mark.django_db

PHONE = Visit("203.0.113.7", "Mozilla/5.0 (iPhone) MicroMessenger/8.0")
DESK = Visit("203.0.113.7", "Mozilla/5.0 (Windows NT 10.0) Chrome/120")


def passed_on(
    by: User, at: datetime, came_by: str = "", about: tuple[str, str] = ABOUT
) -> Forwarding:
    return forward(about, path="/p/T01/", came_by=came_by, by=by, at=at)


def code_of(forwarding: Forwarding) -> str:
    return codes.make(forwarding.code)


def test_no_sign_of_a_code_can_be_changed(liaison_li: User, at: datetime) -> None:
    code = code_of(passed_on(liaison_li, at))
    assert forwarding_of(code).forwarder == liaison_li
    for place, sign in enumerate(code):
        other = "a" if sign != "a" else "b"
        with pytest.raises(BadCode, match="已被改动"):
            forwarding_of(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    "code", ["", "a", "a" * 16, "a" * 5000, "../../etc", "码" * 16, "\0" * 16, "' OR 1=1 --aaaa"]
)
def test_what_is_no_code_is_told_so(liaison_li: User, code: str) -> None:
    with pytest.raises(BadCode):
        forwarding_of(code)


def test_a_well_formed_code_that_nobody_made_is_told_the_same(db: None) -> None:
    with pytest.raises(BadCode):
        forwarding_of(codes.make(codes.new_part()))


def test_a_code_typed_from_paper_may_be_in_capitals(liaison_li: User, at: datetime) -> None:
    made = passed_on(liaison_li, at)
    assert forwarding_of(f" {code_of(made).upper()} ") == made


def test_a_code_of_another_installation_does_not_open(
    liaison_li: User, at: datetime, settings: pytest.FixtureRequest
) -> None:
    code = code_of(passed_on(liaison_li, at))
    settings.SECRET_KEY = "another-installation"  # type: ignore[attr-defined]
    with pytest.raises(BadCode):
        forwarding_of(code)


@pytest.mark.parametrize("path", ["", "p/T01/", "//evil.example/", "/p/T01/?next=//evil.example"])
def test_a_code_leads_nowhere_else(liaison_li: User, at: datetime, path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        forward(ABOUT, path=path, by=liaison_li, at=at)


def test_a_double_click_gives_one_code(liaison_li: User, at: datetime) -> None:
    assert passed_on(liaison_li, at) == passed_on(liaison_li, at + timedelta(seconds=1))
    (entry,) = Entry.objects.filter(verb="notice.forward")
    assert (entry.about_type, entry.about_id) == ABOUT


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_give_one_code(liaison_li: User, at: datetime) -> None:
    found = together(8, lambda _number: passed_on(liaison_li, at).pk)
    assert len(set(found)) == 1
    assert Forwarding.objects.count() == 1
    assert Entry.objects.filter(verb="notice.forward").count() == 1


def test_who_had_it_from_whom_is_a_tree(
    liaison_li: User, owner_wang: User, leader_zhao: User, policy_sun: User, at: datetime
) -> None:
    first = passed_on(policy_sun, at)
    second = passed_on(liaison_li, at + timedelta(minutes=1), code_of(first))
    passed_on(leader_zhao, at + timedelta(minutes=2), code_of(first))
    passed_on(owner_wang, at + timedelta(minutes=3), code_of(second))
    tree = [(depth, one.forwarder.name) for depth, one in in_order(Forwarding.objects.about(ABOUT))]
    assert tree == [(0, "孙专员"), (1, "李联络"), (2, "王经理"), (1, "赵区长")]


def test_a_false_parent_is_passed_over(liaison_li: User, policy_sun: User, at: datetime) -> None:
    of_another = passed_on(policy_sun, at, about=("policies.policy", "T02"))
    for came_by in ("", "nonsense", code_of(of_another)):
        Forwarding.objects.filter(forwarder=liaison_li).delete()
        assert passed_on(liaison_li, at, came_by).parent is None
    own = code_of(passed_on(liaison_li, at))
    assert passed_on(liaison_li, at, own).parent is None


def test_openings_and_readers_are_counted_and_programs_apart(
    liaison_li: User, at: datetime
) -> None:
    made = passed_on(liaison_li, at)
    bot = Visit("198.51.100.1", "Mozilla/5.0 (compatible; Baiduspider/2.0)")
    for visit in (
        PHONE,
        PHONE,
        DESK,
        bot,
        Visit("198.51.100.2", ""),
        Visit("::1", PHONE.agent, is_glance=True),
    ):
        record_opening(made, visit, at=at)
    (counted,) = Forwarding.objects.about(ABOUT).counted()
    assert (counted.opened, counted.readers, counted.previews) == (3, 2, 3)
    ahead = Visit(PHONE.address, PHONE.agent, {"Sec-Purpose": "prefetch;prerender"})
    opening = record_opening(made, ahead, at=at)
    assert opening is not None
    assert opening.preview


def test_nothing_of_a_reader_is_kept_and_yesterday_cannot_be_recomputed(
    liaison_li: User, at: datetime
) -> None:
    made = passed_on(liaison_li, at)
    record_opening(made, PHONE, at=at)
    tomorrow = at + timedelta(days=1)
    record_opening(made, PHONE, at=tomorrow)
    first, second = Opening.objects.order_by("at")
    assert first.reader != second.reader
    assert second.first
    (salt,) = ReaderSalt.objects.all()
    assert salt.day == tomorrow.date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notices_opening")
        kept = str(cursor.fetchall())
    assert PHONE.address not in kept
    assert "MicroMessenger" not in kept


def test_a_flood_is_answered_and_not_counted(liaison_li: User, at: datetime) -> None:
    made = passed_on(liaison_li, at)
    counted = [record_opening(made, PHONE, at=at) for _ in range(OF_A_READER + 5)]
    assert counted[OF_A_READER - 1] is not None
    assert counted[OF_A_READER:] == [None] * 5
    assert record_opening(made, DESK, at=at) is not None


@pytest.mark.django_db(transaction=True)
def test_one_reader_at_once_is_one_reader(liaison_li: User, at: datetime) -> None:
    made = passed_on(liaison_li, at)
    together(6, lambda _number: record_opening(made, PHONE, at=at))
    (counted,) = Forwarding.objects.about(ABOUT).counted()
    assert (counted.opened, counted.readers) == (6, 1)
