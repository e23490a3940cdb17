"""A hotline's export as letters: xlsx, xls or CSV, headings wherever and in whatever order they stand."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.registry.tables.heading import Cell, Column, Row, squeezed
from furong.apps.registry.tables.reader import read_table

MOST: Final = 5000
"""Letters in one file; a hotline sends a district some hundreds a day."""

NEEDED: Final = ("external_number", "title", "subject")

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "external_number": (
        "来件编号", "工单编号", "工单号", "诉求编号", "受理编号", "流水号", "案件编号", "热线工单号",
    ),
    "title": ("问题概述", "标题", "诉求标题", "工单标题", "主题", "事由", "诉求概述"),
    "details": ("具体情况", "诉求内容", "问题描述", "内容", "详细内容", "工单内容", "诉求详情"),
    "subject": (
        "企业名称", "对象名称", "单位名称", "涉及企业", "诉求企业", "企业", "统一社会信用代码", "诉求人单位",
    ),
    "contact_person": ("联系人和电话", "联系人", "联系方式", "来电人", "诉求人"),
    "phone": ("联系电话", "来电号码", "手机号码", "电话"),
    "occurred_at": ("来电时间", "受理时间", "登记时间", "诉求时间", "反映时间"),
}  # fmt: skip
"""What each part of a letter is called in the exports of hotlines (zh: of uploaded tables)."""

_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One row. row: its place in the sheet. subject: name or code as written. faults: what is amiss."""

    row: int
    external_number: str = ""
    title: str = ""
    details: str = ""
    subject: str = ""
    contact_person: str = ""
    occurred_at: datetime | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letters:
    """What a file holds. mapping: heading → part of a letter. unread: headings passed over."""

    rows: tuple[Letter, ...]
    mapping: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = field(default=())


def read_letters(path: Path) -> Letters:
    """Raises Unreadable for what is no table, Refusal for one that is no list of letters."""
    with read_table(path) as table:
        places, unread = _places(table.columns)
        if missing := [name for name in NEEDED if name not in places]:
            wanted = _("；").join(_("、").join(COLUMNS[name][:4]) for name in missing)
            raise Refusal(
                _("没有找到这些列，没有读入：%s（每项写其中一个即可）；请补上列名再传") % wanted
            )
        count = sum(1 for _row in table.rows())
        if count > MOST:
            raise Refusal(
                _("有 %(n)d 行，一次最多 %(most)d 行；请按日期分成几个文件")
                % {"n": count, "most": MOST}
            )
        rows = tuple(
            _letter(row, {name: c.place for name, c in places.items()}) for row in table.rows()
        )
    mapping = tuple((column.heading, name) for name, column in places.items())
    return Letters(rows, mapping, tuple(unread))


def _places(columns: tuple[Column, ...]) -> tuple[dict[str, Column], list[str]]:
    found: dict[str, Column] = {}
    for name, known in COLUMNS.items():
        for wanted in known:
            match = next((c for c in columns if squeezed(c.label) == wanted), None)
            if match is not None and match not in found.values():
                found[name] = match
                break
    taken = {column.place for column in found.values()}
    return found, [c.heading for c in columns if c.place not in taken and c.heading]


def _letter(row: Row, places: dict[str, int]) -> Letter:
    read = {name: _text(row.cell(place)) for name, place in places.items()}
    faults = []
    number, title = read["external_number"], read["title"]
    if not number:
        faults.append(_("没有来件编号"))
    elif len(number) > 40:
        faults.append(_("来件编号有 %d 字，最多 40 字") % len(number))
    if not title:
        faults.append(_("没有问题概述"))
    occurred, why = _moment(read.get("occurred_at", ""))
    if why:
        faults.append(why)
    contact = " ".join(filter(None, [read.get("contact_person", ""), read.get("phone", "")]))
    details = read.get("details", "")
    if len(title) > 60:  # a hotline's headline may be a whole story
        details = f"{title}\n{details}".strip()
        title = f"{title[:59]}…"
    if len(details) > 2000:
        faults.append(_("具体情况有 %d 字，最多 2,000 字") % len(details))
    return Letter(
        row.number, number, title, details, read["subject"], contact[:60], occurred, tuple(faults)
    )


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().removeprefix("'")


def _moment(text: str) -> tuple[datetime | None, str]:
    if not text:
        return None, ""
    plain = text.replace("T", " ").partition(".")[0]
    for form in _FORMS:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=clock.zone()), ""
        except ValueError:
            continue
    return None, _("“%s”不是日期时间，请写成 2020-02-24 09:30 的样子") % text[:30]
