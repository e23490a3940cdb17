"""The auditor verifies in the browser, with and without a root kept outside."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client

from furong.apps.base import journal
from furong.apps.directory.models import Grant, User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.apps.cast import WEST

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client, auditor_qian: User, at: datetime) -> Client:
    journal.seal(at=at)
    client.force_login(auditor_qian)
    return client


def test_an_untouched_journal_is_found_sound(auditor: Client) -> None:
    answer = auditor.post("/journal/", {"root": ""})
    assert "未发现改动" in answer.text
    assert str(journal.publish_root()) in answer.text


def test_against_the_kept_root(auditor: Client) -> None:
    assert (
        "与审计单位留存的总根相符"
        in auditor.post("/journal/", {"root": str(journal.publish_root())}).text
    )


def test_a_root_that_is_none_is_explained(auditor: Client) -> None:
    answer = auditor.post("/journal/", {"root": "0x12"})
    assert "没有核验" in answer.text
    assert "不是日志的根" in answer.text


def test_an_altered_entry_is_pointed_at(auditor: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_entry SET verb = 'grant.revoke' WHERE position = 2")
    answer = auditor.post("/journal/", {"root": ""})
    assert "台账有问题" in answer.text
    assert "第 2 条封存之后被改动" in answer.text


def test_a_journal_that_was_never_sealed_has_no_root_yet(
    client: Client, auditor_qian: User
) -> None:
    client.force_login(auditor_qian)
    assert "尚未封存" in client.get("/journal/").text


def test_the_journal_is_for_the_auditor(client: Client, policy_sun: User) -> None:
    client.force_login(policy_sun)
    assert client.get("/journal/").status_code == 404


def test_entries_name_people_and_firms_as_far_as_the_auditor_may_see_them(
    auditor: Client, auditor_qian: User, east_firm: Subject, liaison_li: User, at: datetime
) -> None:
    state_facts(east_firm, {"staff": "30"}, source="liaison", by=liaison_li, at=at)
    page = auditor.get("/journal/").text
    assert f'title="{liaison_li.pk}">李联络<' in page
    assert f'title="{east_firm.pk}">服务对象 · {east_firm.name}<' in page
    assert f">{liaison_li.pk}" not in page
    Grant.objects.filter(user=auditor_qian).update(scope_kind="zone", scope_id=WEST)
    page = auditor.get("/journal/").text
    assert east_firm.name not in page
    assert f"服务对象 · {str(east_firm.pk)[:8]}" in page
