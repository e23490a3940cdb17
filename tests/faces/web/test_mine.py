"""An enterprise on its phone: what it can have, why, and having it in one tap."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, User
from furong.apps.policies.models import Application
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import FactEntry, Subject, SubjectFacts
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture


@pytest.fixture
def wang(client: Client, owner_wang: User) -> Client:
    client.force_login(owner_wang)
    return client


def state(subject: Subject, at: datetime, **values: object) -> None:
    state_facts(subject, values, source="statistics", by="test", at=at)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def sequence(subject: Subject) -> int:
    return SubjectFacts.objects.get(subject=subject).sequence


def apply(client: Client, subject: Subject, policy: str, **changes: object) -> Any:
    form = {"sequence": sequence(subject), **changes}
    return client.post(f"/mine/{subject.pk}/apply/{policy}/", form, follow=True)


def test_the_page_says_what_can_be_had_and_what_is_missing(
    wang: Client, east_firm: Subject, at: datetime
) -> None:
    assert "再答 1 题，可判定另外 1 项政策" in text(wang.get("/mine/"))
    state(east_firm, at, resumed=True)
    told = text(wang.get("/mine/"))
    assert "需要申报 · 1 合计 1 万元 复工一次性奖励" in told
    assert "待补信息 · 3" in told


def test_one_tap_and_it_is_received_with_a_number(
    wang: Client, east_firm: Subject, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    for said in ("已受理，受理号 2020-000001", "此前已受理，受理号 2020-000001"):
        assert said in text(apply(wang, east_firm, "T03"))
    assert Application.objects.count() == 1
    assert "已办理 · 1" in text(wang.get("/mine/"))


def test_an_old_page_is_shown_anew_before_anything_is_done(
    wang: Client, east_firm: Subject, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    seen = sequence(east_firm)
    state(east_firm, at, staff=30)
    assert "企业信息有更新" in text(apply(wang, east_firm, "T03", sequence=seen))
    assert not Application.objects.exists()


def test_what_was_handed_in_can_be_taken_back(
    wang: Client, east_firm: Subject, at: datetime
) -> None:
    state(east_firm, at, resumed=True)
    apply(wang, east_firm, "T03")
    one = Application.objects.get()
    answer = wang.post(f"/mine/applications/{one.pk}/withdraw/", follow=True)
    assert "可以重新提交" in text(answer)
    assert "提交申报" in text(answer)


def test_an_answer_is_the_enterprises_own_statement(wang: Client, east_firm: Subject) -> None:
    answer = wang.post(f"/mine/{east_firm.pk}/answer/", {"fact-resumed": "true"}, follow=True)
    assert "各项政策已重新判定" in text(answer)
    assert FactEntry.objects.get(subject=east_firm).source == "owner"
    assert "复工一次性奖励" in text(answer)


def test_who_does_not_qualify_is_told_why(wang: Client, east_firm: Subject, at: datetime) -> None:
    state(east_firm, at, resumed=False)
    assert "不符合“复工一次性奖励”的条件：已复工" in text(apply(wang, east_firm, "T03"))


def test_another_firm_does_not_exist(
    wang: Client, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    state(west_firm, at, resumed=True)
    assert apply(wang, west_firm, "T03").status_code == 404
    assert wang.post(f"/mine/{west_firm.pk}/answer/", {"fact-staff": "3"}).status_code == 404
    assert west_firm.name not in text(wang.get(f"/mine/?firm={west_firm.pk}"))


def test_a_book_keeper_changes_between_firms_and_the_choice_is_kept(
    wang: Client, owner_wang: User, west_firm: Subject, at: datetime
) -> None:
    scope = (Grant.Scope.SUBJECT, str(west_firm.pk))
    grant(owner_wang, "owner", scope=scope, source="授权书", by="test", at=at)
    wang.get(f"/mine/?firm={west_firm.pk}")
    page = wang.get("/mine/").content.decode()
    assert f'<option value="{west_firm.pk}" selected>' in page


def test_whoever_runs_no_firms_errands_is_led_to_asking_for_it(
    client: Client, clerk_chen: User, stranger_zhou: User
) -> None:
    for user in (clerk_chen, stranger_zhou):
        client.force_login(user)
        assert client.get("/mine/")["Location"] == "/claims/"
        assert "还没有提交过授权书" in text(client.get("/mine/", follow=True))


def test_no_such_policy(wang: Client, east_firm: Subject) -> None:
    assert apply(wang, east_firm, "NONE").status_code == 404
