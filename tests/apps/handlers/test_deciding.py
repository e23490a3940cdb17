"""Who confirms a letter of authorisation, what that gives, and how it ends."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.journal import verify
from furong.apps.base.models import Entry
from furong.apps.base.timers import tick
from furong.apps.directory.access import Denied, grants_of, may
from furong.apps.directory.actions import grant, register_person
from furong.apps.directory.models import Grant, User
from furong.apps.handlers.actions import (
    Settled,
    Stale,
    confirm,
    end_authorisation,
    invite,
    look_at_letter,
    look_up_mobile,
    refuse,
    register_claimed,
)
from furong.apps.handlers.models import Authorisation
from furong.apps.notices.models import Notice
from furong.apps.registry.actions import merge, state_facts
from furong.apps.registry.models import Subject
from tests.apps.cast import EAST, WEST, WEST_CODE, person
from tests.apps.handlers.conftest import Ask
from tests.apps.handlers.test_requesting import UNKNOWN, told


def test_confirming_gives_the_owners_grant_with_the_same_end(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    until = at + timedelta(days=30)
    one = confirm(ask(gu, until=until), by=clerk_chen, at=at)
    given = Grant.objects.get(user=gu)
    assert one.grant == given
    assert (given.capacity, given.scope) == ("owner", ("subject", str(east_firm.pk)))
    assert (given.valid_from, given.valid_to, given.granted_by) == (at, until, clerk_chen)
    assert told(gu) == ["授权书已确认"]


def test_access_is_gone_exactly_at_the_end_whether_or_not_a_timer_ran(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    until = at + timedelta(days=30)
    one = confirm(ask(gu, until=until), by=clerk_chen, at=at)
    last = until - timedelta(microseconds=1)
    assert may(gu, "subject.view", at=last, on=east_firm)
    assert not may(gu, "subject.view", at=until, on=east_firm)
    assert (one.state_at(last), one.state_at(until)) == ("confirmed", "expired")
    tick(until - timedelta(days=7))
    assert told(gu)[-1] == "授权快到期"
    tick(until)
    one.refresh_from_db()
    assert one.state == "expired"
    assert told(gu)[-1] == "授权已到期"


def test_the_main_handler_is_warned_of_others_ends_too(
    ask: Ask, main_gu: User, he: User, at: datetime
) -> None:
    until = at + timedelta(days=20)
    confirm(ask(he, role="handler", until=until), by=main_gu, at=at)
    tick(until - timedelta(days=7))
    assert told(main_gu)[-1] == "授权快到期"
    assert told(he)[-1] == told(main_gu)[-1]


def test_the_main_handler_decides_on_handlers_and_then_the_street_does_not(
    ask: Ask, main_gu: User, he: User, clerk_chen: User, at: datetime
) -> None:
    one = ask(he, role="bookkeeper")
    with pytest.raises(Refusal, match="已有主办人顾会计，代账由主办人核实"):
        confirm(one, by=clerk_chen, at=at)
    assert confirm(one, by=main_gu, at=at).decided_by == main_gu


def test_main_handlers_are_for_the_street(
    ask: Ask, main_gu: User, he: User, clerk_chen: User, at: datetime
) -> None:
    one = ask(he)
    with pytest.raises(Refusal, match="由所在街道核实"):
        confirm(one, by=main_gu, at=at)
    assert confirm(one, by=clerk_chen, at=at).state == "confirmed"


def test_nobody_decides_on_themself(
    ask: Ask, east_firm: Subject, clerk_chen: User, main_gu: User, at: datetime
) -> None:
    one = ask(clerk_chen)
    with pytest.raises(Refusal, match="不能核实本人"):
        confirm(one, by=clerk_chen, at=at)
    with pytest.raises(Refusal, match="不能核实本人"):
        refuse(one, reason="x", by=clerk_chen, at=at)
    near = at + timedelta(days=340)
    with pytest.raises(Refusal, match="不能核实本人"):
        confirm(ask(main_gu, when=near), by=main_gu, at=near)


def test_a_clerk_who_runs_the_firms_errands_does_not_decide_as_a_clerk(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    scope = (Grant.Scope.SUBJECT, str(east_firm.pk))
    grant(clerk_chen, "owner", scope=scope, source="授权书", by="test", at=at)
    one = ask(gu)
    with pytest.raises(Refusal, match="您本人也是东街停车服务有限公司的办事人员"):
        confirm(one, by=clerk_chen, at=at)
    assert not Authorisation.objects.for_desk(clerk_chen, at).exists()


def test_to_another_street_a_stranger_and_a_handler_there_is_nothing(
    ask: Ask,
    gu: User,
    he: User,
    east_firm: Subject,
    clerk_fang: User,
    owner_wang: User,
    at: datetime,
) -> None:
    one = ask(gu)
    for user in (clerk_fang, he, owner_wang):
        assert one not in Authorisation.objects.visible_to(user, at)
        for act in (confirm, look_at_letter, look_up_mobile):
            with pytest.raises(Denied):
                act(one, by=user, at=at)
        with pytest.raises(Denied):
            refuse(one, reason="x", by=user, at=at)
        with pytest.raises(Denied):
            end_authorisation(one, reason="x", by=user, at=at)


def test_a_second_decision_is_told_who_came_first(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    other = person("chen2", "程经办", "clerk", (Grant.Scope.ZONE, EAST), at=at)
    one = ask(gu)
    refuse(one, reason="授权书没有盖章", by=clerk_chen, at=at)
    with pytest.raises(Settled, match="已由陈经办于 2020-02-03 08:00 办结（未通过）"):
        confirm(one, revision=one.revision, by=other, at=at)
    assert not grants_of(gu, at).exists()
    assert told(gu) == ["授权书未通过"]


def test_refusing_needs_a_reason(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="请写明未通过的理由"):
        refuse(ask(gu), reason=" ", by=clerk_chen, at=at)


def test_an_old_page_decides_nothing(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    with pytest.raises(Stale):
        confirm(ask(gu), revision=7, by=clerk_chen, at=at)


def test_what_leaves_the_platform_names_neither_firm_nor_person(
    ask: Ask, main_gu: User, he: User, clerk_chen: User, at: datetime
) -> None:
    one = confirm(ask(he, role="handler", until=at + timedelta(days=20)), by=main_gu, at=at)
    tick(at + timedelta(days=14))
    end_authorisation(one, reason="顾会计说何经办离职", by=main_gu, at=at + timedelta(days=15))
    for notice in Notice.objects.all():
        told = notice.title + notice.body
        assert not {name for name in ("东街停车", "顾会计", "何经办") if name in told}
        assert "尾号 001Y" in told


def test_a_letter_past_its_end_is_not_confirmed(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    until = at + timedelta(days=1)
    one = ask(gu, until=until)
    with pytest.raises(Refusal, match="截止日期已过"):
        confirm(one, by=clerk_chen, at=until)


def test_each_look_at_a_letter_and_a_mobile_is_an_entry(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    register_person(
        name="陆会计", mobile="138 0000 0001", password="long enough 7", address="", at=at, real=at
    )
    lu = User.objects.get(name="陆会计")
    one = ask(lu)
    assert look_at_letter(one, by=clerk_chen, at=at) == look_at_letter(one, by=lu, at=at)
    assert look_up_mobile(one, by=clerk_chen, at=at) == "13800000001"
    verbs = [*Entry.objects.about(one).values_list("verb", flat=True)]
    assert (verbs.count("authorisation.look"), verbs.count("authorisation.ring")) == (2, 1)
    assert verify().findings == ()


def test_an_unknown_firm_is_entered_from_the_request_and_then_confirmed(
    ask: Ask, gu: User, he: User, clerk_fang: User, at: datetime
) -> None:
    one = ask(gu, code=UNKNOWN, name="西街新店", street=WEST)
    other = ask(he, code=UNKNOWN, name="西街新店", street=WEST)
    with pytest.raises(Refusal, match="西街新店还没有登记"):
        confirm(one, by=clerk_fang, at=at)
    register_claimed(one, kind="enterprise", by=clerk_fang, at=at)
    firm = Subject.objects.get(name="西街新店")
    for asked in (one, other):
        assert confirm(asked, by=clerk_fang, at=at).subject == firm


def test_ending_takes_the_grant_back_in_the_same_instant(
    ask: Ask, main_gu: User, he: User, east_firm: Subject, at: datetime
) -> None:
    one = confirm(ask(he, role="handler"), by=main_gu, at=at)
    later = at + timedelta(hours=1)
    with pytest.raises(Refusal, match="请写明终止的理由"):
        end_authorisation(one, reason="", by=main_gu, at=later)
    for _time in range(2):
        ended = end_authorisation(one, reason="离职", by=main_gu, at=later)
    assert (ended.authorisation.state, ended.managed) == ("ended", True)
    assert not may(he, "subject.view", at=later, on=east_firm)
    assert told(he)[-1] == "授权已终止"
    assert Entry.objects.filter(verb="authorisation.end").count() == 1


def test_ending_the_last_main_handler_says_what_follows(
    ask: Ask, main_gu: User, he: User, clerk_chen: User, at: datetime
) -> None:
    one = Authorisation.objects.get(user=main_gu)
    ended = end_authorisation(one, reason="更换主办人", by=main_gu, at=at)
    assert "新增或续期由所在街道核实" in ended.follows
    assert confirm(ask(he, role="handler"), by=clerk_chen, at=at).state == "confirmed"


def test_handing_over_ends_one_and_begins_the_other_at_one_instant(
    ask: Ask, main_gu: User, he: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    own = Authorisation.objects.get(user=main_gu)
    made = invite(east_firm, "main", replaces=own, by=main_gu, at=at)
    one = ask(he, invitation=made.code)
    then = at + timedelta(hours=3)
    confirm(one, by=clerk_chen, at=then)
    own.refresh_from_db()
    one.refresh_from_db()
    assert own.grant is not None
    assert one.grant is not None
    assert (own.state, own.ended_at, own.grant.valid_to) == ("ended", then, then)
    assert (one.state, one.grant.valid_from) == ("confirmed", then)
    assert told(main_gu)[-1] == "您的事务已交接"


def test_nobody_takes_over_from_themself_or_what_they_hold(
    ask: Ask, main_gu: User, he: User, clerk_chen: User, at: datetime
) -> None:
    held = confirm(ask(he, role="handler", until=at + timedelta(days=20)), by=main_gu, at=at)
    again = ask(he, role="handler")
    own = Authorisation.objects.get(user=main_gu)
    with pytest.raises(Refusal, match="不能交接给本人"):
        confirm(again, replaces=held, by=main_gu, at=at)
    with pytest.raises(Refusal, match="何经办已是本企业的经办人，不必交接"):
        confirm(again, replaces=own, by=main_gu, at=at)
    held.refresh_from_db()
    assert held.state == "confirmed"


def test_merging_carries_authorisations_and_grants_over(
    ask: Ask,
    main_gu: User,
    he: User,
    liaison_li: User,
    east_firm: Subject,
    west_firm: Subject,
    clerk_fang: User,
    at: datetime,
) -> None:
    confirm(ask(main_gu, code=WEST_CODE, street=WEST), by=clerk_fang, at=at)
    waiting = ask(he, role="handler")
    state_facts(east_firm, {"staff": 3}, source="statistics", by="test", at=at)
    later = at + timedelta(hours=1)
    merge(east_firm, into=west_firm, reason="重复登记", by="test", at=later)
    waiting.refresh_from_db()
    assert waiting.subject == west_firm
    held = Authorisation.objects.filter(user=main_gu, state="confirmed")
    assert [one.subject for one in held] == [west_firm]
    for user in (main_gu, liaison_li):
        assert may(user, "subject.view", at=later, on=west_firm)
        assert not may(user, "subject.view", at=later, on=east_firm)
    assert grants_of(main_gu, later).count() == 1
    entry = Entry.objects.get(verb="subject.merge")
    assert len(entry.payload["grants"]) == 2


def test_a_merge_moves_an_authorisation_that_stands_alone(
    main_gu: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    merge(east_firm, into=west_firm, reason="重复登记", by="test", at=at + timedelta(hours=1))
    one = Authorisation.objects.get(user=main_gu)
    assert (one.state, one.subject) == ("confirmed", west_firm)
    assert one.grant is not None
    assert one.grant.scope == ("subject", str(west_firm.pk))


def test_nobody_merges_themself_into_a_right(
    east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    clerk = person("ding", "丁经办", "dispatcher", at=at)
    scope = (Grant.Scope.SUBJECT, str(east_firm.pk))
    grant(clerk, "owner", scope=scope, source="授权书", by="test", at=at)
    with pytest.raises(Refusal, match="由另一位有权限的人员合并"):
        merge(east_firm, into=west_firm, reason="重复", by=clerk, at=at)
