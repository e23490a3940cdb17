"""Registering a case at the desk: which way, about whom, twice, and what is like it already."""

import pytest
from django.test import Client

from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.faces.web.cases.conftest import SignIn

pytestmark = pytest.mark.usefixtures("everybody")

RELAY = "/cases/new/appeal/relay/"


def words(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


class TestRefusals:
    def test_only_who_may_begin_it_has_the_page(
        self, as_user: SignIn, clerk_tan: User, liaison_li: User, east_firm: Subject
    ) -> None:
        for user in (clerk_tan, liaison_li):
            for address in (RELAY, f"{RELAY}?subject={east_firm.pk}", f"{RELAY}alike/"):
                assert as_user(user).get(address).status_code == 404
            assert as_user(user).post(f"{RELAY}?subject={east_firm.pk}").status_code == 404
        assert not Case.objects.exists()

    def test_what_is_not_there(self, as_user: SignIn, dispatcher_he: User) -> None:
        client = as_user(dispatcher_he)
        for address in (
            "/cases/new/appeal/found/",
            "/cases/new/appeal/fly/",
            "/cases/new/nothing/relay/",
            "/cases/new/phone-check/list/",
            f"{RELAY}?subject=x",
            f"{RELAY}?subject=none",
        ):
            assert client.get(address).status_code == 404, address

    def test_a_liaison_officer_registers_only_for_their_own(
        self, as_user: SignIn, liaison_li: User, east_firm: Subject, west_firm: Subject
    ) -> None:
        client = as_user(liaison_li)
        collect = "/cases/new/appeal/collect/"
        assert east_firm.name in words(client, collect)
        assert west_firm.name not in words(client, f"{collect}?q=西街餐饮")
        assert client.get(f"{collect}?subject={west_firm.pk}").status_code == 404

    def test_nothing_typed_is_lost(
        self, as_user: SignIn, dispatcher_he: User, east_firm: Subject
    ) -> None:
        sent = {"a-title": "", "a-details": "写了很久", "a-external_number": "7", "key": "k"}
        client = as_user(dispatcher_he)
        shown = client.post(f"{RELAY}?subject={east_firm.pk}", sent).content.decode()
        assert 'a-title-error">请填写“问题概述”' in shown
        assert "写了很久" in shown
        assert not Case.objects.exists()


def test_one_hotline_ticket_is_registered_once(
    as_user: SignIn, dispatcher_he: User, east_firm: Subject
) -> None:
    client, url = as_user(dispatcher_he), f"{RELAY}?subject={east_firm.pk}"
    sent = {
        "a-title": "停车难", "a-external_number": "20200203-7", "external_system": "12345",
        "class": "urgent", "sensitive": "1", "key": "a",
    }  # fmt: skip
    first = client.post(url, sent)
    case = Case.objects.get()
    assert first["Location"] == f"/cases/{case.pk}/"
    assert (case.kind, case.sensitive) == ("urgent", True)
    assert (case.external_system, case.external_number) == ("12345", "20200203-7")
    assert client.post(url, sent)["Location"] == f"/cases/{case.pk}/"
    again = client.post(url, {**sent, "key": "b"})
    assert again.status_code == 409
    shown = again.content.decode()
    assert f"已经登记为 {case.number}" in shown
    assert f'href="/cases/{case.pk}/"' in shown
    assert Case.objects.count() == 1


def test_look_alikes_while_one_types(
    as_user: SignIn, appeal: Case, dispatcher_he: User, east_firm: Subject
) -> None:
    client = as_user(dispatcher_he)
    url = f"{RELAY}alike/?subject={east_firm.pk}"
    assert appeal.number in words(client, f"{url}&a-title=停车难得很")
    assert appeal.number not in words(client, f"{url}&a-title=贷款到期")
    assert appeal.number not in words(client, url)


def test_an_instruction_is_drafted_without_a_subject(as_user: SignIn, dispatcher_he: User) -> None:
    client = as_user(dispatcher_he)
    assert "指挥部指令" in words(client, "/cases/new/")
    url = "/cases/new/instruction/draft/?subject=none"
    assert "要求何时落实" in words(client, url)
    sent = {
        "a-instruction_origin": "meeting", "a-title": "落实停车位", "a-words": "两日内落实",
        "a-class": "urgent", "a-recipients": ["urban", "police"],
        "a-due_at": "2020-02-05T18:00", "key": "k",
    }  # fmt: skip
    made = client.post(url, sent)
    assert made.status_code == 302
    case = Case.objects.get()
    assert (case.state, case.kind) == ("drafting", "urgent")
    assert "2月5日 18:00" in words(client, f"/cases/{case.pk}/")
    assert "落实停车位" in words(client, "/cases/?box=live&procedure=instruction")
