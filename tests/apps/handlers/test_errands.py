"""请联络员代办: asked, done in the firm's name, with a receipt, and objected to."""

from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.handlers.actions import (
    apply_in_name,
    ask_errand,
    cancel_errand,
    object_to_errand,
)
from furong.apps.handlers.models import Errand
from furong.apps.policies.actions import Ruling, apply_pack, decide_application
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.handlers.test_requesting import told
from tests.apps.policies.sample import make_pack


@pytest.fixture
def district(
    db: None, tmp_path_factory: pytest.TempPathFactory, settings: Settings, at: datetime
) -> Pack:
    folder = make_pack(tmp_path_factory.mktemp("pack"))
    settings.FURONG_PACK = str(folder)
    return apply_pack(folder, by="test", at=at).pack


@pytest.fixture
def resumed(east_firm: Subject, at: datetime) -> Subject:
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    return east_firm


def test_the_firm_asks_its_officer_and_gets_a_receipt(
    resumed: Subject, owner_wang: User, liaison_li: User, clerk_chen: User, at: datetime
) -> None:
    for _time in range(2):
        asked = ask_errand(resumed, "T03", note="不会用手机", by=owner_wang, at=at)
    assert told(liaison_li) == ["企业请您代办：复工一次性奖励"]
    assert told(clerk_chen) == []
    made = apply_in_name(resumed, "T03", by=liaison_li, at=at)
    asked.refresh_from_db()
    assert (asked.state, asked.application, asked.done_by) == (
        "done",
        made.application,
        liaison_li,
    )
    number = made.application.number
    assert told(owner_wang) == [f"代办回执：受理号 {number}"]
    entry = Entry.objects.get(verb="errand.do")
    assert (entry.payload["on_behalf"], entry.payload["asked"]) == (True, True)


def test_without_a_request_it_is_on_behalf_too_and_says_that_nobody_asked(
    resumed: Subject, owner_wang: User, liaison_li: User, at: datetime
) -> None:
    apply_in_name(resumed, "T03", by=liaison_li, at=at)
    errand = Errand.objects.get()
    assert (errand.state, errand.asked_by) == ("done", None)
    assert len(told(owner_wang)) == 1


def test_what_the_firm_does_itself_is_nobodys_errand(
    resumed: Subject, owner_wang: User, liaison_li: User, at: datetime
) -> None:
    ask_errand(resumed, "T03", by=owner_wang, at=at)
    apply_in_name(resumed, "T03", by=owner_wang, at=at)
    assert Errand.objects.get().state == "cancelled"
    apply_in_name(resumed, "T03", by=liaison_li, at=at)
    assert Errand.objects.count() == 1


def test_an_objection_takes_the_application_back(
    resumed: Subject, owner_wang: User, liaison_li: User, at: datetime
) -> None:
    made = apply_in_name(resumed, "T03", by=liaison_li, at=at).application
    errand = Errand.objects.get()
    with pytest.raises(Refusal, match="请写明异议"):
        object_to_errand(errand, reason=" ", by=owner_wang, at=at)
    for _time in range(2):
        object_to_errand(errand, reason="未委托", by=owner_wang, at=at)
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert told(liaison_li) == ["企业对代办有异议"]


def test_an_objection_to_what_was_decided_stays_beside_it(
    resumed: Subject, owner_wang: User, liaison_li: User, clerk_chen: User, at: datetime
) -> None:
    made = apply_in_name(resumed, "T03", by=liaison_li, at=at).application
    ruling = Ruling(granted=True, amount=made.amount, decider="区政府", decided_on=at.date())
    decide_application(made, ruling, by=clerk_chen, at=at)
    object_to_errand(Errand.objects.get(), reason="未委托", by=owner_wang, at=at)
    made.refresh_from_db()
    assert made.state == "granted"
    assert Errand.objects.get().state == "objected"


def test_without_an_officer_the_street_is_asked_and_without_both_the_firm_is_told(
    resumed: Subject, owner_wang: User, at: datetime, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Refusal, match="请直接联系所在街道"):
        ask_errand(resumed, "T03", by=owner_wang, at=at)
    clerk = request.getfixturevalue("clerk_chen")
    ask_errand(resumed, "T03", by=owner_wang, at=at)
    assert len(told(clerk)) == 1


def test_only_the_firm_asks_cancels_and_objects(
    resumed: Subject, owner_wang: User, liaison_li: User, stranger_zhou: User, at: datetime
) -> None:
    asked = ask_errand(resumed, "T03", by=owner_wang, at=at)
    for user in (liaison_li, stranger_zhou):
        with pytest.raises(Denied):
            ask_errand(resumed, "T03", by=user, at=at)
        with pytest.raises(Denied):
            cancel_errand(asked, by=user, at=at)
        with pytest.raises(Denied):
            object_to_errand(asked, reason="x", by=user, at=at)
    with pytest.raises(Refusal, match="还没有代办"):
        object_to_errand(asked, reason="x", by=owner_wang, at=at)
    for _time in range(2):
        assert cancel_errand(asked, by=owner_wang, at=at).state == "cancelled"


def test_what_was_taken_up_is_not_asked_for(
    resumed: Subject, owner_wang: User, liaison_li: User, at: datetime
) -> None:
    apply_in_name(resumed, "T03", by=owner_wang, at=at)
    with pytest.raises(Refusal, match="已经提交，不用代办"):
        ask_errand(resumed, "T03", by=owner_wang, at=at)
