"""The pages of reply templates, and the picker beside a field."""

import re
from datetime import datetime
from typing import Any

import pytest

from furong.apps.cases.actions import Wording, make_template
from furong.apps.cases.models import Case, ReplyTemplate
from furong.apps.directory.models import Organisation, User
from tests.apps.cases.conftest import dispatch
from tests.faces.web.cases.conftest import SignIn

pytestmark = pytest.mark.usefixtures("everybody")


@pytest.fixture
def handed(appeal: Case, dispatcher_he: User, at: datetime) -> Case:
    return dispatch(appeal, by=dispatcher_he, at=at)


@pytest.fixture
def one(handed: Case, clerk_tan: User, at: datetime) -> ReplyTemplate:
    unit = Organisation.objects.get(code="urban")
    return make_template(unit, Wording("停车答复", "{企业名称}好"), by=clerk_tan, at=at)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(
    as_user: SignIn, handed: Case, clerk_tan: User
) -> None:
    client = as_user(clerk_tan)
    sent = {
        "unit": "urban",
        "name": "答复",
        "body": "您好 {电话}",
        "act": "appeal.reply",
        "key": "k",
    }
    page = text(client.post("/cases/templates/new/", sent))
    assert "没有占位符 {电话}" in page
    assert "您好 {电话}</textarea>" in page
    page = text(client.post("/cases/templates/new/", {**sent, "unit": "police", "key": "k2"}))
    assert "请选择归属单位" in page
    assert not ReplyTemplate.objects.exists()


def test_what_is_left_to_be_written_in_is_seen(
    as_user: SignIn, clerk_tan: User, at: datetime
) -> None:
    unit = Organisation.objects.get(code="urban")
    body = "{企业名称}：\n　　已列入　　　　计划。"
    made = make_template(unit, Wording("列入计划", body), by=clerk_tan, at=at)
    client = as_user(clerk_tan)
    assert "{企业名称}：已列入________计划。" in text(client.get("/cases/templates/"))
    client.post(f"/cases/templates/{made.pk}/retire/", {"key": "k"})
    page = text(client.get(f"/cases/templates/{made.pk}/"))
    assert "　　已列入________计划。" in client.get(f"/cases/templates/{made.pk}/").content.decode()
    for label, told in (("用于", "各项办理"), ("诉求类别", "各类")):
        assert re.search(f"<dt>{label}</dt><dd[^>]*>{told}</dd>", page)


def test_strangers_parties_and_other_units_find_nothing(
    as_user: SignIn, one: ReplyTemplate, handed: Case, owner_wang: User, stranger_zhou: User,
    clerk_pan: User, liaison_li: User,
) -> None:  # fmt: skip
    for user in (owner_wang, stranger_zhou, clerk_pan):
        client = as_user(user)
        assert client.get(f"/cases/templates/{one.pk}/").status_code == 404
        for what in ("fill", "retire", "restore"):
            answer = client.post(f"/cases/templates/{one.pk}/{what}/", {"case": handed.number})
            assert answer.status_code == 404, (user, what)
    for user in (owner_wang, stranger_zhou):
        assert as_user(user).get("/cases/templates/").status_code == 404
    assert as_user(liaison_li).get("/cases/templates/new/").status_code == 404


def test_a_unit_keeps_searches_revises_and_retires(
    as_user: SignIn, one: ReplyTemplate, clerk_tan: User
) -> None:
    client = as_user(clerk_tan)
    for query, there in [
        ("", True), ("?q=停车", True), ("?q=没有", False), ("?unit=urban&sort=uses", True),
        ("?unit=all", False), ("?act=appeal.reply", False), ("?state=retired", False),
        ("?sort=wrong&after=%00", True),
    ]:  # fmt: skip
        assert ("停车答复" in text(client.get(f"/cases/templates/{query}"))) == there, query
    address = f"/cases/templates/{one.pk}/"
    new = {"name": "停车答复", "body": "{编号}好", "act": "appeal.", "category": "traffic"}
    client.post(address, {**new, "version": "1", "key": "k1"})
    page = text(client.get(address))
    assert "第 2 版" in page
    assert "{企业名称}好" in page
    stale = client.post(address, {**new, "body": "旧", "version": "1", "key": "k2"})
    assert stale.status_code == 409
    assert "您的修改未保存" in text(stale)
    client.post(f"{address}retire/", {"key": "k3"})
    assert "停车答复" in text(client.get("/cases/templates/?state=retired"))
    assert "恢复使用" in text(client.get(address))
    client.post(f"{address}restore/", {"key": "k4"})
    assert "停车答复" in text(client.get("/cases/templates/"))


def test_the_picker_stands_beside_long_texts_and_fills_in(
    as_user: SignIn, one: ReplyTemplate, handed: Case, clerk_tan: User, dispatcher_he: User
) -> None:
    client = as_user(clerk_tan)
    form = text(client.get(f"/cases/{handed.pk}/do/requests.extend/", headers={"HX-Request": "1"}))
    assert f'value="/cases/templates/{one.pk}/fill/"' in form
    filled = client.post(f"/cases/templates/{one.pk}/fill/", {"case": handed.number}).json()
    assert filled == {"text": "东街停车服务有限公司好", "told": ""}
    assert client.post(f"/cases/templates/{one.pk}/fill/", {"case": "x"}).status_code == 404
    assert "1" in text(client.get("/cases/templates/"))
    client.post(f"/cases/templates/{one.pk}/retire/", {"key": "k"})
    refused = client.post(f"/cases/templates/{one.pk}/fill/", {"case": handed.number})
    assert refused.status_code == 409
    assert refused.json()["told"] == "“停车答复”已停用，请另选一个"
    assert ReplyTemplate.objects.get().uses == 1
