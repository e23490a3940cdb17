"""The columns of a policy sheet: the name of each, what else it is called, and what it holds.

One table (`COLUMNS`) is the way out, the way in and the help. Conditions have as many columns as the
longest policy needs: 条件1, 条件2 …
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from furong.apps.policies import limits
from furong.apps.policies.sheets import cells
from furong.apps.policies.sheets.cells import Cell
from furong.apps.policies.sheets.words import (
    BENEFITS,
    CONDITION,
    DOORS,
    LEVELS,
    PERS,
    REASON,
    ROUNDINGS,
    SOURCES,
)
from furong.apps.registry.tables.heading import Column, squeezed

LEAST_CONDITIONS: Final = 4
"""Columns for conditions in a template."""
MOST_CONDITIONS: Final = limits.CONDITIONS


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """at: where the value belongs, `document.title` or `definition.valid.from`; "" for the code.

    also: other names by which it is known. help: what to write. needed: no row is without it.
    """

    name: str
    at: str
    cell: Cell
    also: tuple[str, ...] = ()
    help: str = ""
    needed: bool = False


KINDS_AT: Final = "definition.kinds"

# fmt: off
COLUMNS: Final[tuple[SheetColumn, ...]] = (
    SheetColumn("编号", "", cells.TEXT, ("政策编号",), "必填。大写字母和数字，以字母开头，如 FR08；定后不改"),
    SheetColumn("名称", "definition.title", cells.TEXT, ("政策名称",), "必填", needed=True),
    SheetColumn("一句话说明", "definition.summary", cells.TEXT, ("说明", "政策说明", "简介")),
    SheetColumn("文件标题", "document.title", cells.TEXT, ("文件名称", "文件"), "必填。政策所出自的文件", needed=True),
    SheetColumn("文号", "document.number", cells.TEXT, ("发文字号", "文件文号"), "印发时自动填入，可再改"),
    SheetColumn("发文机关", "document.issuer", cells.TEXT, ("发文单位", "印发机关", "制定机关")),
    SheetColumn("成文日期", "document.issued", cells.DATE_AS_GIVEN, ("印发日期", "发文日期", "发布日期"), "2020-02-24；来源只给到月的，写 2020-02"),
    SheetColumn("层级", "document.level", cells.choice(LEVELS), ("政策层级", "级别"), "国家、省、市、区；不写为区"),
    SheetColumn("适用地区代码", "document.jurisdiction", cells.TEXT, ("地区代码", "行政区划代码"), "不写为本区；国家文件留空"),
    SheetColumn("文件编号", "document.id", cells.TEXT, (), "同一文件的几项政策写同一个编号；可不写"),
    SheetColumn("文件施行起", "document.effective.from", cells.DATE, ()),
    SheetColumn("文件施行止", "document.effective.to", cells.DATE, ()),
    SheetColumn("出处网址", "document.source.url", cells.TEXT, ("网址", "链接")),
    SheetColumn("出处性质", "document.source.kind", cells.choice(SOURCES), (), "官方、报道、转载"),
    SheetColumn("文件备注", "document.note", cells.TEXT, ()),
    SheetColumn("适用对象", KINDS_AT, cells.WORDS, ("对象", "服务对象", "对象类别"), "必填。几类之间用顿号", needed=True),
    SheetColumn("办理方式", "definition.door", cells.choice(DOORS), ("兑现方式",), "免申即享、即申即享、申报"),
    SheetColumn("责任单位", "definition.department", cells.TEXT, ("主管部门", "牵头单位", "责任部门")),
    SheetColumn("施行之日", "definition.valid.from", cells.DATE, ("施行日期", "生效日期", "有效期起"), "不写则用文件的施行日期或成文日期"),
    SheetColumn("有效期至", "definition.valid.to", cells.DATE, ("失效日期", "有效期止", "截止日期")),
    SheetColumn("优惠方式", "definition.benefit.kind", cells.choice(BENEFITS), ("方式", "支持方式"), "必填", needed=True),
    SheetColumn("金额", "definition.benefit.amount", cells.AMOUNT, ("补贴金额", "标准"), "元。定额，或算式如 staff * 500"),
    SheetColumn("上限", "definition.benefit.cap", cells.AMOUNT, ("最高", "封顶"), "元"),
    SheetColumn("不足不付", "definition.benefit.floor", cells.NUMBER, ("起付",), "元。不足此数不付"),
    SheetColumn("金额未知时的上限", "definition.benefit.at_most", cells.AMOUNT, (), "元"),
    SheetColumn("取舍方法", "definition.benefit.rounding", cells.choice(ROUNDINGS), (), "四舍五入（不写即是）、四舍六入五成双、进位、舍去"),
    SheetColumn("取舍到", "definition.benefit.to", cells.NUMBER, (), "元。不写则到分"),
    SheetColumn("计算单位", "definition.benefit.per", cells.choice(PERS), (), "每家、每月、每年、每人"),
    SheetColumn("享受期起", "definition.benefit.period.from", cells.DATE, ()),
    SheetColumn("享受期止", "definition.benefit.period.to", cells.DATE, ()),
    SheetColumn("金额未定的原因", "definition.benefit.open", cells.TEXT, ()),
    SheetColumn("优惠说明", "definition.benefit.note", cells.TEXT, ()),
    SheetColumn("就高不重复组", "definition.group", cells.GROUP, ("就高不重复",), "编号｜名称，如 resume｜复工补贴"),
    SheetColumn("预算", "definition.budget.amount", cells.NUMBER, ("预算总额", "资金总额"), "元，可写 1000万"),
    SheetColumn("最后一户可得余额", "definition.budget.partial", cells.FLAG, (), "是，或者留空"),
    SheetColumn("个人信息依据", "definition.basis", cells.TEXT, ()),
    SheetColumn("细化的政策", "definition.refines", cells.WORDS, (), "上级政策的编号"),
    SheetColumn("替代的政策", "definition.supersedes", cells.WORDS, (), "被替代政策的编号"),
    SheetColumn("材料", "definition.guide.materials", cells.LINES, ("申报材料",), "一行一项（单元格内换行 Alt+Enter）"),
    SheetColumn("流程", "definition.guide.steps", cells.LINES, ("办理流程",), "一行一步"),
    SheetColumn("申报起", "definition.guide.deadline.from", cells.DATE, ("申报开始", "申报期间起", "申报期间开始")),
    SheetColumn("申报止", "definition.guide.deadline.to", cells.DATE, ("申报截止", "申报期间止", "申报期间截止")),
    SheetColumn("受理单位", "definition.guide.unit", cells.TEXT, ()),
    SheetColumn("电话", "definition.guide.phone", cells.TEXT, ("咨询电话", "联系电话")),
    SheetColumn("办理途径", "definition.guide.channel", cells.TEXT, ()),
    SheetColumn("待核事项", "definition.open", cells.POINTS, (), "哪一点：缺什么。一行一点"),
    SheetColumn("备注", "definition.notes", cells.LINES, (), "一行一条"),
)
AFTER: Final = "有效期至"
UNIT: Final = "元"
CONDITION_HELP: Final = "说法｜表达式；或 说法｜凭材料：…、说法｜一事一议：…、说法｜原文未见：…。其后可写 条款：…｜证明：…"
# fmt: on

WIDE: Final = frozenset({"一句话说明", "文件标题", "优惠说明", "材料", "流程", "待核事项", "备注"})
"""Columns of long text."""

CODE, TITLE = COLUMNS[0], COLUMNS[1]
_NUMBERS = {word: n for n, word in enumerate("一二三四五六七八九十", start=1)}
_CONDITION = re.compile(rf"(?:申报|认定)?{CONDITION}(\d{{1,2}}|[一二三四五六七八九十])")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]$")


def columns_for(kinds: Mapping[str, str]) -> tuple[SheetColumn, ...]:
    """The columns, with the district's kinds of subjects. kinds: id → label."""
    cell = cells.choices({label: kind for kind, label in kinds.items()})
    return tuple(replace(one, cell=cell) if one.at == KINDS_AT else one for one in COLUMNS)


def condition_name(place: int) -> str:
    """The heading of the column of a condition, its place from 1."""
    return f"{CONDITION}{place}"


def headings(columns: Iterable[SheetColumn], conditions: int) -> list[str]:
    """The names of all columns in their order, `conditions` of them for conditions."""
    names = []
    for column in columns:
        names.append(column.name)
        if column.name == AFTER:
            names += [condition_name(place) for place in range(1, conditions + 1)]
    return names


def with_unit(name: str) -> str:
    """The heading as it is written: sums say that they are in yuan."""
    sums = {column.name for column in COLUMNS if column.cell.is_sum}
    return f"{name}（{UNIT}）" if name in sums else name


def meant(column: Column) -> str | None:
    """The name of the column that a heading means, None for one that is not known."""
    for heading in (column.label, f"{column.group}{column.label}"):
        bare = _BRACKETS.sub("", squeezed(heading))
        if bare in _KNOWN:
            return _KNOWN[bare]
        if found := _CONDITION.fullmatch(bare):
            place = _NUMBERS.get(found[1]) or int(found[1])
            return condition_name(place) if 1 <= place <= MOST_CONDITIONS else None
    return None


_KNOWN: Final[Mapping[str, str]] = {
    **{squeezed(word): one.name for one in COLUMNS for word in (one.name, *one.also)},
    REASON: REASON,
}
