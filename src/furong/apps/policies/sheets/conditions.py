"""A condition in one cell: 说法｜表达式, then what else is known of it, each part behind its name.

    从业人员不超过 50 人｜staff <= 50｜条款：第一条｜证明：社保缴费清单
    出示复工承诺书｜凭材料：复工承诺书
    区政府认定｜一事一议：区政府｜编号：decision

Without 编号 a condition is called by its place: c1, c2 …
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from furong.apps.policies.sheets.cells import Unfit, tidy
from furong.engines.rules import syntax

BAR: Final = "｜"
WAYS: Final[Mapping[str, str]] = {
    "凭材料": "attested",
    "一事一议": "decides",
    "原文未见": "open",
    "表达式": "when",
}
NAMES: Final[Mapping[str, str]] = {
    **WAYS,
    "没有说清": "unclear",
    "缘由": "why",
    "条款": "clause",
    "证明": "proof",
    "编号": "id",
}
_TAG = re.compile(f"({'|'.join(NAMES)})\\s*[：:](.*)", re.DOTALL)
_BARS = re.compile(r"\s*[｜|]\s*")
_EXPRESSIONS = frozenset({"when", "unclear"})


def write_condition(criterion: Mapping[str, Any], place: int) -> str:
    """place: of the condition in its policy, from 1."""
    words = {name: word for word, name in NAMES.items()}
    parts = [str(criterion.get("label", ""))]
    if "when" in criterion:
        parts.append(criterion["when"])
    parts += [
        f"{words[name]}：{criterion[name]}"
        for name in ("attested", "decides", "open", "unclear", "why", "clause", "proof")
        if criterion.get(name)
    ]
    if criterion.get("id") != f"c{place}":
        parts.append(f"{words['id']}：{criterion.get('id', '')}")
    return BAR.join(parts)


def read_condition(text: str, place: int) -> dict[str, Any]:
    """Raises Unfit for a cell that does not say how the condition is settled, or says it twice."""
    label, *parts = _BARS.split(text.strip())
    read: dict[str, Any] = {"id": f"c{place}", "label": label}
    for number, part in enumerate(parts):
        name, value = _named(part, first=number == 0)
        if name in read and name != "id":
            raise Unfit(_("“%s”写了两次") % part[:20], _("请留下一处；几个条件请分几列写"))
        read[name] = tidy(value, syntax.parse_condition) if name in _EXPRESSIONS else value
    if not set(WAYS.values()) & read.keys():
        raise Unfit(
            _("没有写怎样认定“%s”") % label[:40],
            _("请写成 说法｜表达式，或者 说法｜凭材料：…、说法｜一事一议：…、说法｜原文未见：…"),
        )
    return read


def _named(part: str, *, first: bool) -> tuple[str, str]:
    if found := _TAG.fullmatch(part):
        return NAMES[found[1]], found[2].strip()
    if first:
        return "when", part
    raise Unfit(
        _("不知道“%s”是条件的哪一部分") % part[:40],
        _("表达式之后的各部分请写明名称，如 条款：第一条｜证明：营业执照"),
    )


def place_in_cell(text: str, column: int) -> int:
    """Where in a cell the place of a fault is: `column` of its expression, both from 1."""
    bar = _BARS.search(text)
    return (bar.end() if bar else 0) + column
