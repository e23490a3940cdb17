"""A hotline's letters by spreadsheet: looked at row by row, taken in once, told back."""
# ruff: noqa: F811 - fixtures of the cast of cases

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.base import journal
from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import install_procedures
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.packs import Pack
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    appeal,
    clerk_deng,
    clerk_pan,
    clerk_tan,
    clerk_tang,
    dispatcher_he,
    everybody,
    folder,
    head_gu,
    head_xu,
    leader_zhao,
    supervisor_du,
)
from tests.apps.cast import EAST_CODE, install_pack

pytestmark = pytest.mark.usefixtures("everybody")

ROWS: list[list[Any]] = [
    ["12345热线工单日报", None, None, None, None],
    ["导出时间：2020-02-03", None, None, None, None],
    ["工单号", "标题", "诉求内容", "企业名称", "来电时间"],
    ["HX001", "员工停车难题", "门口没有车位", "东街停车服务有限公司", "2020-02-02 09:30"],
    ["HX002", "口罩不够用", "", EAST_CODE, "2020/02/02 10:00"],
    ["HX003", "口罩不够用了", "", "东街停车服务有限公司", ""],
    ["HX001", "又一次", "", "东街停车服务有限公司", ""],
    ["HX004", "无此企业", "", "没有这家公司", ""],
    ["HX005", "时间有误", "", "东街停车服务有限公司", "昨天"],
    ["合计", "6 件", None, None, None],
]


@pytest.fixture
def district(db: None, folder: Any, settings: Settings, at: datetime) -> Pack:
    settings.DEMO = True
    pack = install_pack(folder, at=at)
    install_procedures(pack, by="test", at=at)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def sheet(rows: list[list[Any]]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    target = BytesIO()
    book.save(target)
    return SimpleUploadedFile("工单.xlsx", target.getvalue())


def send(client: Client, rows: list[list[Any]], system: str = "12345") -> Any:
    return client.post("/cases/relay/", {"file": sheet(rows), "system": system})


def test_what_is_no_list_of_letters_is_refused_with_what_is_missing(
    dispatcher_he: User,
    signed_in: Callable[[User], Client],
) -> None:
    client = signed_in(dispatcher_he)
    wanted: list[tuple[list[list[Any]], str]] = [
        ([["姓名", "年龄"], ["甲", "乙"]], "来件编号、工单编号"),
        ([["工单号", "标题"], ["HX1", "甲"]], "企业名称"),
    ]
    for rows, said in wanted:
        answer = send(client, rows)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert send(client, ROWS, system=" ").status_code == 422
    assert client.post("/cases/relay/", {"system": "12345"}).status_code == 422


def test_a_letter_goes_its_way_from_the_file_and_back(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    signed_in: Callable[[User], Client],
    at: datetime,
) -> None:
    client = signed_in(dispatcher_he)
    place = send(client, ROWS)["Location"]
    page = client.get(place).content.decode()
    assert "工单号 → 来件编号" in page
    assert "与 SQ202000001 相像" in page
    assert "与 第 5 行 相像" in page
    assert "来件编号与第 4 行相同" in page
    assert "没有登记名为“没有这家公司”的服务对象" in page
    assert "“昨天”不是日期时间" in page
    assert "登记 3 件" in page
    assert Case.objects.count() == 1, "looking writes nothing"
    assert signed_in(clerk_tan).get(place).status_code == 404
    for _time in range(2):
        assert client.post(f"{place}commit/").status_code == 302
        assert Case.objects.count() == 4
    assert "commit/" not in client.get(place).content.decode()
    first = Case.objects.get(external_number="HX001")
    assert first.occurred_at.isoformat() == "2020-02-02T01:30:00+00:00"
    journal.seal(at=at)
    content = client.get("/cases/relay/export/").content
    rows = [*openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    assert [row[1] for row in rows[2:]] == ["HX001", "HX002", "HX003"]
    assert rows[2][5] == "待交办"
