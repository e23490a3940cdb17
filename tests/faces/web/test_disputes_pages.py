"""Facts that people disagree about, on their pages: the firm objects, the street settles, both hear."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.directory.models import Grant, User
from furong.apps.notices.models import Notice
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Dispute, Subject
from furong.apps.registry.reads import facts_of
from tests.apps.cast import EAST, WEST, person
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture


@pytest.fixture
def staffed(east_firm: Subject, clerk_chen: User, at: datetime) -> Subject:
    """The street's clerk has entered the head count."""
    state_facts(east_firm, {"staff": 40}, source="department", by=clerk_chen, at=at)
    return east_firm


@pytest.fixture
def clerk_dou(east_firm: Subject, at: datetime) -> User:
    return person("dou", "窦经办", "clerk", (Grant.Scope.ZONE, EAST), at=at)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def object_to(user: User, firm: Subject, **changes: object) -> Any:
    page = f"/subjects/{firm.pk}/facts/staff/contest/"
    client = signed_in(user)
    html = client.get(page).content.decode()
    form = dict(re.findall(r'name="(key|seen)" value="([^"]+)"', html))
    return client.post(
        page, form | {"fact-staff": "31", "note": "2 月已离职 9 人", **changes}, follow=True
    )


def settle(user: User, dispute: Dispute, **changes: object) -> Any:
    client = signed_in(user)
    html = client.get(f"/disputes/{dispute.pk}/").content.decode()
    form = dict(re.findall(r'name="(key)" value="([^"]+)"', html))
    sent = {"stands": dispute.claims[-1], "reason": "现场清点 31 人", **form, **changes}
    return client.post(f"/disputes/{dispute.pk}/settle/", sent, follow=True)


def test_a_firm_sees_whence_its_facts_come(staffed: Subject, owner_wang: User) -> None:
    told = text(signed_in(owner_wang).get("/mine/facts/"))
    assert "40 人" in told
    assert "来自 2020年2月3日 部门数据 · 陈经办" in told
    assert "这条不对" in told


def test_another_firms_facts_are_not_there(west_firm: Subject, owner_wang: User) -> None:
    told = text(signed_in(owner_wang).get(f"/mine/facts/?firm={west_firm.pk}"))
    assert west_firm.name not in told


def test_an_objection_without_a_reason_loses_nothing(staffed: Subject, owner_wang: User) -> None:
    answer = object_to(owner_wang, staffed, note="")
    assert answer.status_code == 409
    assert "请写明哪里不对" in text(answer)
    assert not Dispute.objects.exists()


def test_the_firm_objects_and_the_record_is_not_overwritten(
    staffed: Subject, owner_wang: User, clerk_dou: User, clerk_chen: User
) -> None:
    file = SimpleUploadedFile("花名册.txt", "张三、李四".encode())
    told = text(object_to(owner_wang, staffed, file=file))
    assert "核实之前：暂以部门数据为准" in told
    assert "2 月已离职 9 人" in told
    assert "花名册.txt" in told
    assert facts_of(staffed)["staff"].value == 40
    mine = text(signed_in(owner_wang).get("/mine/facts/"))
    assert "说法不一 · 1" in mine
    (notice,) = Notice.objects.all()
    assert "待核实" in notice.title
    told_to = set(notice.deliveries.values_list("recipient__username", flat=True))
    assert told_to == {"dou"}  # who took part does not settle


def test_the_street_works_down_the_list(
    staffed: Subject, owner_wang: User, clerk_dou: User
) -> None:
    object_to(owner_wang, staffed)
    client = signed_in(clerk_dou)
    told = text(client.get("/disputes/"))
    assert "1 项" in told
    assert staffed.name in told
    assert "40 人" in told
    assert "31 人" in told
    assert "没有待核实的事实" in text(client.get(f"/disputes/?street={WEST}"))
    assert "没有待核实的事实" in text(client.get("/disputes/?state=closed"))
    assert "待核实的事实 各方说法不一" in text(client.get("/"))
    sheet = openpyxl.load_workbook(BytesIO(client.get("/disputes/export/").content)).worksheets[0]
    assert [row[7] for row in sheet.iter_rows(values_only=True)][-2:] == ["40 人", "31 人"]


def test_another_street_sees_nothing(
    staffed: Subject, owner_wang: User, west_firm: Subject, at: datetime
) -> None:
    object_to(owner_wang, staffed)
    west = signed_in(person("xi", "西街经办", "clerk", (Grant.Scope.ZONE, WEST), at=at))
    assert staffed.name not in text(west.get("/disputes/"))
    assert west.get(f"/disputes/{Dispute.objects.get().pk}/").status_code == 404


def test_who_took_part_is_told_that_another_must_settle(
    staffed: Subject, owner_wang: User, clerk_chen: User
) -> None:
    object_to(owner_wang, staffed)
    one = Dispute.objects.get()
    told = text(signed_in(clerk_chen).get(f"/disputes/{one.pk}/"))
    assert "须由他人核实" in told
    assert settle(clerk_chen, one).status_code == 409
    assert Dispute.objects.open().exists()


def test_it_is_settled_with_a_reason_and_both_sides_hear(
    staffed: Subject, owner_wang: User, clerk_dou: User
) -> None:
    object_to(owner_wang, staffed)
    one = Dispute.objects.get()
    refused = settle(clerk_dou, one, reason="")
    assert refused.status_code == 409
    assert "请写明核实的经过" in text(refused)
    refused = settle(clerk_dou, one, stands="")
    assert "请选择以哪一种说法为准" in text(refused)
    told = text(settle(clerk_dou, one))
    assert "已核实认定，并告知双方" in told
    assert "现场清点 31 人" in told
    assert facts_of(staffed)["staff"].value == 31
    notice = Notice.objects.latest("made_at", "id")
    assert notice.title == "“期末从业人员”的不同说法：已核实"
    told_to = set(notice.deliveries.values_list("recipient__username", flat=True))
    assert told_to == {"wang", "chen"}
    again = object_to(owner_wang, staffed, **{"fact-staff": "40"})
    assert "须有新的证据材料" in text(again)


def test_an_unknown_value_is_said_in_the_reason(
    east_firm: Subject, owner_wang: User, at: datetime
) -> None:
    for source, value in (("owner", True), ("liaison", False)):
        state_facts(east_firm, {"resumed": value}, source=source, by="test", at=at)
    told = text(signed_in(owner_wang).get(f"/subjects/{east_firm.pk}/"))
    assert "说法不一，待核实" in told
    assert "再答 1 题，可判定另外 1 项政策" not in text(signed_in(owner_wang).get("/mine/"))
