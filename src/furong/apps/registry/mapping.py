"""Which column of a table means what: proposals with reasons, which a person then confirms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.identifiers import USCC
from furong.apps.registry.tables.heading import Column, squeezed

type ColumnMapping = Mapping[int, str]
"""Place of a column → key of a target; columns that are left out are not read."""

NAME, NUMBER, ADDRESS, STREET, ZONES, OPENED_ON = (
    "name",
    "number",
    "address",
    "street",
    "zones",
    "opened_on",
)
IDENTIFIER, FACT = "identifier:", "fact:"

_SYNONYMS = {  # zh: as the headings of uploaded tables say it
    NAME: "名称 企业名称 单位名称 公司名称 市场主体名称 主体名称 项目名称 楼宇名称 姓名 企业 单位",
    NUMBER: "对象编号 平台编号",
    ADDRESS: "地址 住所 经营地址 注册地址 办公地址 详细地址 经营场所 家庭住址",
    STREET: "街道 所属街道 所在街道 乡镇街道 街道名称 属地 属地街道",
    ZONES: "所属园区 所在园区 园区 商圈 所属商圈 片区 社区 所属社区",
    OPENED_ON: "成立日期 成立时间 注册日期 注册时间",
    IDENTIFIER + USCC: "统一社会信用代码 社会信用代码 信用代码 统一代码",
}
_LEFT_OUT = {"序号", "编号", "备注", "说明"}  # zh: likewise
_BRACKETED = re.compile(r"[(\[【].*?[)\]】]")  # zh: likewise

LIKELY = 0.72
"""A heading less like a target's words than this is left for a person to map."""


class Target(NamedTuple):
    """Something that a column can mean: its key, and the words that it goes by, its label first."""

    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column probably means (target None: nothing known), how surely (0 to 1), and why."""

    column: Column
    target: str | None
    likeness: float
    reason: str


def targets_of(kind: str, known: Catalogue) -> list[Target]:
    """All that the columns of a table of this kind can mean."""
    schemes = [IDENTIFIER + scheme for scheme in known.kind(kind).identifiers]
    fixed = [NAME, NUMBER, ADDRESS, STREET, ZONES, OPENED_ON, *schemes]
    targets = [
        Target(key, (*_SYNONYMS.get(key, "").split(), key.removeprefix(IDENTIFIER)))
        for key in fixed
    ]
    targets += [Target(FACT + fact.key, (fact.label, fact.key)) for fact in known.facts_of(kind)]
    return targets


def propose_mapping(columns: Sequence[Column], targets: Sequence[Target]) -> list[Proposal]:
    """A proposal for every column, in their order. No target is proposed twice."""
    scored = sorted(
        (
            (*_likeness(column, target), column, target)
            for column in columns
            if column.label and squeezed(column.label) not in _LEFT_OUT
            for target in targets
        ),
        key=lambda one: (-one[0], one[2].place),
    )
    best: dict[int, Proposal] = {}
    taken: set[str] = set()
    for likeness, reason, column, target in scored:
        if likeness >= LIKELY and column.place not in best and target.key not in taken:
            best[column.place] = Proposal(column, target.key, likeness, reason)
            taken.add(target.key)
    return [
        best.get(column.place, Proposal(column, None, 0, _("没有相近的名称，请指定或不导入")))
        for column in columns
    ]


def check_mapping(mapping: ColumnMapping, targets: Sequence[Target]) -> None:
    """Raises Refusal for a target that there is not, or that two columns claim."""
    known = {target.key for target in targets}
    claimed: dict[str, int] = {}
    for place, key in mapping.items():
        if key not in known:
            raise Refusal(
                _("第 %(column)d 列对应的“%(key)s”不在可选之列；请重新选择")
                % {"column": place + 1, "key": key}
            )
        if key in claimed:
            raise Refusal(
                _("第 %(one)d 列和第 %(other)d 列都对应“%(key)s”，请只留一列")
                % {"one": claimed[key] + 1, "other": place + 1, "key": key}
            )
        claimed[key] = place


def _likeness(column: Column, target: Target) -> tuple[float, str]:
    """How like the heading is to the most like of the target's words, and the reason in words."""
    best = max(
        (
            (SequenceMatcher(None, heading, word.lower()).ratio(), word)
            for heading in _headings(column)
            for word in target.words
        ),
    )
    if best[0] == 1:
        return 1, _("与“%s”相同") % best[1]
    return best[0], _("与“%(word)s”相近（%(percent)d%%）") % {
        "word": best[1],
        "percent": best[0] * 100,
    }


def _headings(column: Column) -> set[str]:
    """The heading without units; of two rows, in both orders: 参保人数 over 年末 is 年末参保人数."""
    label, group = (_BRACKETED.sub("", squeezed(text)).lower() for text in column[1:3])
    return {label, group + label, label + group}
