"""The words of policies: levels, doors, benefits, sums, and what a source left open."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.registry.catalogue import money_digits
from furong.apps.registry.reads import shown
from furong.engines.rules import Fact as RuleFact
from furong.engines.rules import read_value
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.parts import Badge, Text
from furong.packs.models.base import Period
from furong.packs.models.facts import Fact
from furong.packs.models.policies import Benefit, Case, Document, Policy

LEVELS: dict[str, Text] = {
    "national": gettext_lazy("国家"),
    "provincial": gettext_lazy("省"),
    "city": gettext_lazy("市"),
    "district": gettext_lazy("区"),
}
ELSEWHERE = gettext_lazy("外地参考")
DOORS: dict[str, Badge] = {
    "automatic": Badge(gettext_lazy("免申即享"), "jade"),
    "instant": Badge(gettext_lazy("即申即享"), "jade"),
    "application": Badge(gettext_lazy("申报"), "blue"),
    "": Badge(gettext_lazy("办理方式待核"), "violet"),
}
KINDS: dict[str, Text] = {
    "exempt": gettext_lazy("免征"),
    "reduce": gettext_lazy("减征"),
    "defer": gettext_lazy("缓缴"),
    "deduction": gettext_lazy("税前扣除"),
    "refund": gettext_lazy("返还"),
    "subsidy": gettext_lazy("补贴"),
    "reward": gettext_lazy("奖励"),
    "interest": gettext_lazy("贴息"),
    "relief": gettext_lazy("救助"),
    "service": gettext_lazy("服务"),
    "finance": gettext_lazy("融资支持"),
    "decision": gettext_lazy("一事一议"),
}
WITHOUT_SUM = frozenset({"service", "finance", "decision", "defer"})
"""Benefits that are not a sum paid or spared; where such a policy names none, none is missing."""

PER: dict[str, Text] = {
    "enterprise": gettext_lazy("每家"),
    "month": gettext_lazy("每月"),
    "year": gettext_lazy("每年"),
    "person": gettext_lazy("每人"),
}
SOURCES: dict[str, Text] = {
    "press": gettext_lazy("据报道整理，与正式文件核对之前仅供参考"),
    "mirror": gettext_lazy("据转载整理，与正式文件核对之前仅供参考"),
}
_SIGNS = {
    "*": " × ",
    "min": gettext_lazy("取低"),
    "max": gettext_lazy("取高"),
    "tier": gettext_lazy("分档"),
}
_SUM = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_TOKEN = re.compile(r"[a-z_][a-z0-9_]*|\*|(?<![\w.])[0-9]{5,15}(?![\w.])")


def level_badge(document: Document, *, elsewhere: bool) -> Badge:
    return Badge(ELSEWHERE, "") if elsewhere else Badge(LEVELS[document.level], "blue")


def door_badge(policy: Policy) -> Badge:
    return DOORS[policy.door or ""]


def document_name(document: Document) -> str:
    """人社部发〔2020〕11号, or the title in 《》 where the source gives no number."""
    return document.number or _("《%s》") % document.title


def issued(document: Document) -> str:
    """The date as far as the source gives it: 2020年2月20日, 2020年2月, 2020年."""
    parts = [int(part) for part in document.issued.split("-")]
    if len(parts) == 3:
        return figures.day(date(*parts))
    form = _("Y年n月") if len(parts) == 2 else _("Y年")
    return dateformat.format(date(*parts, *(1, 1)[: 3 - len(parts)]), form)


def period(value: Period | None) -> str:
    return figures.window(value.start, value.end) if value else ""


def fixed(expression: str | None) -> Decimal | None:
    """The sum in yuan where an expression is a plain number, of a size that sums have."""
    return Decimal(expression) if expression and _SUM.fullmatch(expression) else None


def yuan(value: Decimal) -> Amount:
    """A sum as a pack writes it, in the currency itself; digits that the currency lacks are dropped."""
    return figures.amount(int(value.scaleb(money_digits())))


def formula(expression: str, facts: Mapping[str, Fact]) -> str:
    """An amount's expression for readers: facts by their names, × for *, 万 for long numbers."""

    def word(found: re.Match[str]) -> str:
        token = found[0]
        if token.isdecimal():
            shown = yuan(Decimal(token))
            scale = shown.unit.removesuffix(_("元")).strip()
            return (_("%(number)s%(scale)s") % {"number": shown.number, "scale": scale}).strip()
        if token in facts:
            return facts[token].label
        return str(_SIGNS.get(token, token))

    return re.sub(r" {2,}", " ", _TOKEN.sub(word, expression))


def sum_of(benefit: Benefit) -> tuple[Text, str]:
    """A lead and a figure for the head of a page: (每家最高, 10 万元); no figure where none is known."""
    per = PER.get(benefit.per or "", "")
    flat, cap = fixed(benefit.amount), fixed(benefit.cap) or fixed(benefit.at_most)
    if flat is not None:
        shown = yuan(flat)
        return per or KINDS[benefit.kind], f"{shown.number} {shown.unit}"
    if cap is not None:
        shown = yuan(cap)
        return _("%s最高") % per, f"{shown.number} {shown.unit}"
    return KINDS[benefit.kind], ""


def sum_unknown(benefit: Benefit) -> bool:
    """Whether a sum belongs to the benefit and the source does not give it."""
    return bool(benefit.open) or (not benefit.amount and benefit.kind not in WITHOUT_SUM)


def headline(benefit: Benefit, facts: Mapping[str, Fact]) -> str:
    """What a policy gives, in a few words: 最高 10 万元, 全额免征, 金额待核."""
    lead, figure = sum_of(benefit)
    if figure:
        return f"{lead} {figure}".strip()
    if benefit.kind == "exempt" and not benefit.open:
        return _("全额免征")
    if sum_unknown(benefit):
        return _("金额待核")
    if benefit.amount:
        return _("按“%s”计") % formula(benefit.amount, facts)
    return str(KINDS[benefit.kind])


def benefit_lines(benefit: Benefit, facts: Mapping[str, Fact]) -> list[tuple[Text, Text]]:
    """Everything that is known of a benefit, as label and value."""
    lines: list[tuple[Text, Text]] = [(_("方式"), KINDS[benefit.kind])]
    if benefit.amount:
        lines.append((_("标准"), _amount_text(benefit.amount, facts)))
    if benefit.per:
        lines.append((_("计算单位"), PER[benefit.per]))
    if benefit.cap:
        lines.append((_("上限"), _amount_text(benefit.cap, facts)))
    if benefit.floor is not None:
        lines.append((_("起付"), _("不足 %s 元不付") % figures.plain(benefit.floor)))
    if benefit.at_most:
        lines.append((_("已知上限"), _amount_text(benefit.at_most, facts)))
    if benefit.period:
        lines.append((_("享受期间"), period(benefit.period)))
    if benefit.note:
        lines.append((_("说明"), benefit.note))
    return lines


def _amount_text(expression: str, facts: Mapping[str, Fact]) -> str:
    number = fixed(expression)
    if number is None:
        return _("%s（元）") % formula(expression, facts)
    shown = yuan(number)
    return f"{shown.number} {shown.unit}"


def open_points(policy: Policy, document: Document) -> list[tuple[Text, Text]]:
    """All that the source left open, of the whole policy."""
    points: list[tuple[Text, Text]] = [
        (criterion.label, criterion.open) for criterion in policy.criteria if criterion.open
    ]
    if policy.benefit.open:
        points.append((_("金额"), policy.benefit.open))
    points += [(point.about, point.text) for point in policy.open]
    if document.source and (told := SOURCES.get(document.source.kind)):
        points.append((_("出处"), told))
    return points


def case_facts(case: Case, policy: Policy, facts: Mapping[str, RuleFact]) -> str:
    """A worked example's facts as a reader says them: 从业人员 31 人；企业规模 小型."""
    labels = {f"{policy.id}.{criterion.id}": criterion.label for criterion in policy.criteria}
    told = []
    for key, value in case.facts.items():
        if fact := facts.get(key):
            told.append(f"{fact.label} {shown(fact, read_value(fact, value))}")
        else:
            told.append(f"{labels.get(key, key)} {_('已认定') if value else _('认定为否')}")
    return _("；").join(told) or _("什么都不知道")
