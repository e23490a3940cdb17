"""What the checks say of a draft, in the words of the form that it is written in.

The checks speak to whoever writes a pack's file, in Chinese; here a remark is told by its place on
the form and the kind of its fault. What is told of an expression or of a worked case in Chinese is
good in Chinese; in other languages it is said in fewer words rather than in a foreign one.
"""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from furong.faces.web.presenters.parts import Text
from furong.faces.web.presenters.studio_changes import anchor
from furong.faces.web.presenters.studio_pages import Remark
from furong.packs import writing

LABELS: Mapping[str, Text] = {
    "title": gettext_lazy("名称"),
    "summary": gettext_lazy("一句话说明"),
    "kinds": gettext_lazy("适用对象"),
    "door": gettext_lazy("办理方式"),
    "valid.from": gettext_lazy("施行之日"),
    "valid.to": gettext_lazy("有效期至"),
    "basis": gettext_lazy("条件用到个人信息的依据"),
    "refines": gettext_lazy("细化的上级政策"),
    "supersedes": gettext_lazy("替代的政策"),
    "criteria": gettext_lazy("条件"),
    "criteria.id": gettext_lazy("条件的编号"),
    "criteria.label": gettext_lazy("条件的说法"),
    "criteria.when": gettext_lazy("条件"),
    "criteria.attested": gettext_lazy("凭哪份材料认定"),
    "criteria.open": gettext_lazy("缺什么"),
    "criteria.decides": gettext_lazy("由哪个单位决定"),
    "criteria.unclear": gettext_lazy("原文没有说清的情形"),
    "benefit": gettext_lazy("政策内容"),
    "benefit.kind": gettext_lazy("方式"),
    "benefit.amount": gettext_lazy("金额"),
    "benefit.cap": gettext_lazy("上限"),
    "benefit.floor": gettext_lazy("不足多少元不付"),
    "benefit.at_most": gettext_lazy("金额未知时的上限"),
    "benefit.per": gettext_lazy("计算单位"),
    "group.id": gettext_lazy("组的编号"),
    "group.label": gettext_lazy("组的名称"),
    "budget.amount": gettext_lazy("预算总额"),
    "guide.deadline.from": gettext_lazy("申报开始"),
    "guide.deadline.to": gettext_lazy("申报截止"),
    "cases.title": gettext_lazy("样例的情形"),
    "cases.verdict": gettext_lazy("样例的应得结论"),
    "cases.amount": gettext_lazy("样例的金额"),
    "document.title": gettext_lazy("文件标题"),
    "document.issuer": gettext_lazy("发文机关"),
    "document.level": gettext_lazy("层级"),
    "document.jurisdiction": gettext_lazy("适用地区代码"),
}
_CHOSEN = {"kinds", "door", "benefit.kind", "benefit.per", "cases.verdict", "document.level"}
_NUMBERS = {"budget.amount", "benefit.floor", "benefit.to", "cases.amount"}
_DAYS = {"valid.from", "valid.to", "guide.deadline.from", "guide.deadline.to"}
_EXPRESSIONS = {f"criteria.{one}" for one in ("when", "unclear")} | {
    f"benefit.{one}" for one in ("amount", "cap", "at_most")
}
_CODES = {"criteria.id", "group.id", "refines", "supersedes", "kinds"}
_EMPTY = {"missing", "empty", "string_too_short", "too_short"}
_SIZE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}

type Told = tuple[str, str]
"""What is wrong, and what to do about it."""


def told(one: writing.Remark) -> Remark:
    """A remark at its field."""
    message, remedy = _told(one) or (one.message, one.remedy)
    return Remark(message, remedy, anchor(one.path), one.unfinished)


def _told(one: writing.Remark) -> Told | None:
    bare = re.sub(r"\[\d+\]", "", one.path)
    label = str(LABELS.get(bare, "") or _("这一项"))
    if one.kind:
        return _of_form(one, bare, label)
    if bare == "criteria.id" or (
        bare in _CODES and "不合规则" in one.message  # zh: what the checks say
    ):  # zh: what the checks say
        return _("%s不合规则") % label, _("请用小写字母和数字，以字母开头；政策编号用大写字母")
    for pattern, say in _SAID:
        if found := re.fullmatch(pattern, one.message):
            return say(found, one)
    if bare in _NUMBERS and "不是数" in one.message:  # zh: what the checks say
        return _("%s不是数") % label, _("请只写阿拉伯数字，如 5000，不写单位")
    if bare in _DAYS:
        return _of_day(one, label)
    if (get_language() or "").startswith("zh-hans") or bare.startswith("document."):
        return None  # the latter was said in the reader's language where it was found
    if bare in _EXPRESSIONS and one.column is not None:
        return (
            _("%(label)s写得不对（第 %(n)d 字）") % {"label": label, "n": one.column},
            _("请核对这里的写法"),
        )
    if bare.startswith("cases.facts"):
        return _("样例里有一项事实的值不合要求"), _("请核对各项的值和单位")
    if bare in {"valid", "budget", "cases", "basis"}:
        return None
    return _("%s写得不对") % label, _("请核对这一项")


def _of_form(one: writing.Remark, bare: str, label: str) -> Told:
    """A fault of the shape of what was filled in."""
    if bare in _CHOSEN:
        return _("没有选%s") % label, _("请在列表里选一项")
    if one.kind in _EMPTY:
        return _("没有填%s") % label, _("请填写这一项")
    if one.kind in _SIZE:
        return _("%s超出范围") % label, _("请核对这个数")
    if one.kind == "extra_forbidden":
        name = one.path.rpartition(".")[2]
        return _("内容里有表单没有的一项：%s") % name, _("它来自导入或接口，请在那里核对")
    return _("%s写得不对") % label, _("请在表单里重新填写这一项")


def _of_day(one: writing.Remark, label: str) -> Told | None:
    if "早于" in one.message:  # zh: what the checks say
        return _("%s早于开始的一天") % label, _("请核对两个日期")
    if "不是日期" in one.message:  # zh: what the checks say
        return _("%s不是日期") % label, _("请写成 2020-02-24 的样子，并核对当月有没有这一天")
    return None


def _fact(found: re.Match[str], one: writing.Remark) -> Told:
    near = re.fullmatch(r"是否想写 (.+)？", one.remedy)  # zh: what the checks say
    remedy = _("是否想写 %s？") % near[1] if near else _("请在列表里选一项事实，或者核对写法")
    return _("没有“%s”这项事实") % found[1], remedy


def _said(
    message: Callable[[re.Match[str]], str], remedy: Text
) -> Callable[[re.Match[str], writing.Remark], Told]:
    return lambda found, _one: (message(found), str(remedy))


_SAID: tuple[tuple[str, Callable[[re.Match[str], writing.Remark], Told]], ...] = (
    (r"没有事实 (.+)", _fact),  # zh: what the checks say
    (
        r"(?:表达式是空的|.*却到了末尾)",  # zh: what the checks say
        _said(lambda _found: _("还没有填完"), gettext_lazy("请选事实和关系，再填值")),
    ),
    (
        r"(\S+) 没有值 '(.*)'",  # zh: what the checks say
        _said(
            lambda found: _("没有“%s”这个值") % found[2],
            gettext_lazy("请在列表里选，或者核对代码"),
        ),
    ),
    (
        r"没有(?:对象类别|政策) (.+)",  # zh: what the checks say
        _said(lambda found: _("没有编号为“%s”的一项") % found[1], gettext_lazy("请核对编号")),
    ),
    (
        r"条件用到“(.+)”，所选对象都不登记这一项",  # zh: what the checks say
        _said(
            lambda found: _("条件用到“%s”，所选对象都不登记这一项") % found[1],
            gettext_lazy("请改选对象类别，或者换一个条件"),
        ),
    ),
    (
        r"条件用到个人信息“(.+)”，没有写明依据",  # zh: what the checks say
        _said(
            lambda found: _("条件用到个人信息“%s”，没有写明依据") % found[1],
            gettext_lazy("请写明履行哪项法定职责或取得何种同意"),
        ),
    ),
    (
        r"(?:没有|只有 \d+ 个)样例",  # zh: what the checks say
        _said(lambda _found: _("样例不足两个"), gettext_lazy("请至少写一个符合、一个不符合的")),
    ),
    (
        r"条件有界值，没有一个样例正在界值上",  # zh: what the checks say
        _said(
            lambda _found: _("条件有界值，没有一个样例正在界值上"),
            gettext_lazy("请补一个恰在界值上的样例，并勾选“临界”"),
        ),
    ),
    (
        r"各项条件互相矛盾，没有对象能够符合",  # zh: what the checks say
        _said(
            lambda _found: _("各项条件互相矛盾，没有对象能够符合"),
            gettext_lazy("请核对各项条件的取值范围"),
        ),
    ),
    (
        r"算例“(.*)”应为(.+)",  # zh: what the checks say
        lambda found, _one: (
            found[0].replace("算例", "样例", 1)  # zh: what the checks say
            if (get_language() or "").startswith("zh-hans")
            else _("样例“%s”算得的结果与所写的不同") % found[1],
            _("请对照原文，改正条件、金额或样例"),
        ),
    ),
)
"""What the checks say, and how the form says it."""
