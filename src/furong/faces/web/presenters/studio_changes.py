"""What differs between two states of a policy, and where on the form a remark belongs, in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.faces.web.presenters.parts import Text
from furong.faces.web.presenters.studio_pages import Difference
from furong.packs.diff import Value


def differences(changed: Iterable[Value]) -> list[Difference]:
    """Changed values with their places in words: 条件“人数不超过 50 人” · 表达式."""
    return [
        Difference(place_of(one.path), _shown(one.before), _shown(one.after)) for one in changed
    ]


PLACES: dict[str, Text] = {
    "title": gettext_lazy("名称"),
    "summary": gettext_lazy("一句话说明"),
    "kinds": gettext_lazy("适用对象"),
    "door": gettext_lazy("办理方式"),
    "department": gettext_lazy("责任单位"),
    "basis": gettext_lazy("个人信息依据"),
    "valid": gettext_lazy("有效期"),
    "group": gettext_lazy("就高不重复"),
    "budget": gettext_lazy("预算"),
    "refines": gettext_lazy("细化"),
    "supersedes": gettext_lazy("替代"),
    "notes": gettext_lazy("备注"),
    "criteria": gettext_lazy("条件"),
    "benefit": gettext_lazy("政策内容"),
    "guide": gettext_lazy("申报指南"),
    "cases": gettext_lazy("样例"),
    "document": gettext_lazy("文件"),
    "definition": "",
    "when": gettext_lazy("表达式"),
    "label": gettext_lazy("说法"),
    "clause": gettext_lazy("原文条款"),
    "proof": gettext_lazy("证明材料"),
    "attested": gettext_lazy("认定材料"),
    "open": gettext_lazy("原文未见"),
    "decides": gettext_lazy("决定单位"),
    "amount": gettext_lazy("标准"),
    "cap": gettext_lazy("上限"),
    "floor": gettext_lazy("起付"),
    "number": gettext_lazy("文号"),
    "issued": gettext_lazy("成文日期"),
    "issuer": gettext_lazy("发文机关"),
    "materials": gettext_lazy("材料"),
    "steps": gettext_lazy("流程"),
    "deadline": gettext_lazy("申报期间"),
    "unit": gettext_lazy("受理单位"),
    "phone": gettext_lazy("电话"),
    "channel": gettext_lazy("途径"),
    "from": gettext_lazy("起"),
    "to": gettext_lazy("止"),
}
"""What the parts of a policy are called."""


def place_of(path: str) -> str:
    """`definition.criteria.staff.when` → 条件 · staff · 表达式."""
    parts = [PLACES.get(part, part) for part in path.split(".")]
    return " · ".join(str(part) for part in parts if part)


def _shown(value: Any) -> str:
    match value:
        case None:
            return _("（无）")
        case bool():
            return _("是") if value else _("否")
        case list():
            return _("、").join(_shown(item) for item in value) or _("（无）")
        case dict():
            told = value.get("label") or value.get("title")
            return (
                str(told)
                if told
                else _("；").join(
                    f"{PLACES.get(key, key)} {_shown(inner)}" for key, inner in value.items()
                )
            )
        case _:
            return str(value)


def anchor(path: str) -> str:
    """The form field that a path speaks of: `criteria[0].when` → `c0-when`."""
    if path in _ANCHORS:
        return _ANCHORS[path]
    head, _dot, rest = path.partition(".")
    section, _bracket, number = head.rstrip("]").partition("[")
    if section == "criteria" and number:
        return f"c{number}-{rest if rest not in {'', 'id'} else 'label'}"
    if section == "cases" and number:
        part = rest.partition(".")[0]
        return f"k{number}-{part if part in {'title', 'facts', 'amount'} else 'label'}"
    start = {"benefit": "b", "guide": "g", "document": "d"}.get(section)
    if start and rest:
        return f"{start}-{rest}"
    return {"valid": "begins", "benefit": "b-kind", "document": "d-title"}.get(section, section)


_ANCHORS = {
    "valid.to": "ends",
    "group.label": "group_label",
    "guide.deadline.from": "g-opens",
    "guide.deadline.to": "g-closes",
}
