"""Figures of cases: three rates over three denominators, by unit, category or street, as of a time.

Nobody is ranked: groups stand in the order of their names. Asked for, those of similar volume stand
together, so that a street with four cases is not read against one with four hundred.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.reads import Figures
from furong.apps.cases.reads.figures import Rate
from furong.apps.directory.models import Organisation, Zone
from furong.apps.registry.exporting import ExportCell
from furong.engines.text import spelling_tokens
from furong.faces.web.case_listing import CATEGORY
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.calls import RateRow
from furong.faces.web.presenters.parts import Kpi, Segment, Select, Text, segments

GROUPS = ("unit", "category", "street")
BANDS = (200, 50, 10, 0)
"""Peer groups by cases registered: 200 and more, 50 and more, 10 and more, fewer."""


@dataclass(frozen=True, slots=True)
class RateCell:
    """A rate as a page shows it: with what it is made of, and what is not known of it.

    name: by which the list behind it is asked for. after: the same without what was taken out.
    """

    name: str
    counted: Rate
    percent: str  # "—" without a denominator
    made: str  # 18 / 24
    missing: Text  # 未答复 3
    bar: Sequence[Segment] = ()
    out: int = 0
    after: Text = ""  # 剔除后 78.3%（18 / 23）


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group. code: by which the lists behind its rates are asked for."""

    code: str
    name: Text
    opened: int
    closed: int
    live: int
    overdue: int
    suspended: int
    returned: int
    reopened: int
    supervised: int
    no_answer: int
    contact: RateCell
    solved: RateCell
    satisfied: RateCell
    on_time: RateCell
    report: RateCell


@dataclass(frozen=True, slots=True)
class Band:
    """Groups of similar volume; label is "" where all stand together."""

    label: Text
    rows: Sequence[GroupRow]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A figure's definition (口径)."""

    name: Text
    counts: Text
    of: Text
    missing: Text


@dataclass(frozen=True, slots=True)
class FiguresPage:
    procedure: str
    procedures: Select
    tabs: Sequence[tuple[str, Text, bool]]
    by: str
    as_of: Text
    at_field: str
    since_field: str
    peers: bool
    kpis: Sequence[Kpi]
    rates: Sequence[tuple[Text, RateCell]]
    bands: Sequence[Band]
    meanings: Sequence[Meaning]
    empty: bool
    problem: Text = ""
    calls: Sequence[Kpi] = ()  # of phone checks alone
    agreement: Sequence[RateRow] = ()


def meanings() -> list[Meaning]:
    return [
        Meaning(
            _("响应率"),
            _("在联系时限内联系了企业的件"),
            _("联系时限已停或已过的件"),
            _("还在联系时限内的件，不计入分母"),
        ),
        Meaning(
            _("解决率"),
            _("企业确认“已解决”的件（承办单位自报的不算）"),
            _("已办结、企业答复了是否解决的件"),
            _("已办结而企业未答复的件：不计入分母，单列“未答复”"),
        ),
        Meaning(
            _("满意率"),
            _("企业评价“满意”或“基本满意”的件"),
            _("已办结、企业作了评价的件"),
            _("已办结而企业未评价的件：不计入分母，单列“未答复”"),
        ),
        Meaning(
            _("按时办结率"),
            _("办结时限内报办结的件"),
            _("办结时限已停或已过的件"),
            _("还在办结时限内的件，不计入分母"),
        ),
        Meaning(
            _("报到率"),
            _("区领导在报到时限内报到的吹哨"),
            _("已报到或报到时限已过的吹哨"),
            _("已送达、还在时限内的吹哨，不计入分母"),
        ),
        Meaning(
            _("超时、退单、重办、督办"),
            _(
                "超时：截至时刻办结时限已过、仍在办的件。退单：同意退单的次数。重办：办到第 2 轮及以上的件。督办：发过督办单的件"
            ),
            _("登记的件"),
            _("一件由几个单位承办的，各单位都计一次"),
        ),
        Meaning(
            _("剔除后"),
            _("同一指标的分子，减去经审定剔除的件"),
            _("同一指标的分母，减去经审定剔除的件"),
            _(
                "自同意之时起剔除，自撤销之时起重新计入；剔除前的数照常列出。点开各项指标，可看剔除了哪些件、依据是什么"
            ),
        ),
    ]


def group_row(code: str, name: Text, one: Figures) -> GroupRow:
    timing, unanswered = _("计时中 %d"), _("未答复 %d")
    return GroupRow(
        code=code,
        name=name,
        opened=one.opened,
        closed=one.closed,
        live=one.live,
        overdue=one.overdue,
        suspended=one.suspended,
        returned=one.returned,
        reopened=one.reopened,
        supervised=one.supervised,
        no_answer=one.no_answer,
        contact=cell("contact", one, timing, "blue"),
        solved=cell("solved", one, unanswered, "jade"),
        satisfied=cell("satisfied", one, unanswered, "jade"),
        on_time=cell("resolve", one, timing, "blue"),
        report=cell("report", one, timing, "blue"),
    )


def cell(name: str, one: Figures, missing: str, tone: str) -> RateCell:
    rate = one.rate(name)
    bar = segments(
        [(tone, rate.hit), ("grey", rate.of - rate.hit), ("violet", rate.missing)],
        whole=rate.of + rate.missing,
    )
    after = rate.after
    told = {"percent": percent_of(after), "hit": after.hit, "of": after.of}
    return RateCell(
        name=name,
        counted=rate,
        percent=percent_of(rate),
        made=f"{rate.hit} / {rate.of}",
        missing=missing % rate.missing if rate.missing else "",
        bar=bar,
        out=rate.taken_out,
        after=_("剔除后 %(percent)s（%(hit)d / %(of)d）") % told if rate.taken_out else "",
    )


def percent_of(rate: Rate) -> str:
    return "—" if rate.percent is None else f"{rate.percent:.1f}%"


def names_of(by: str, machine: Machine) -> Mapping[str, Text]:
    """What the groups are called: units by their short names, streets, categories."""
    if by == "unit":
        return {one.code: words.unit_name(one) for one in Organisation.objects.all()}
    if by == "street":
        return dict(Zone.objects.filter(kind="street").values_list("code", "name"))
    return machine.facts[CATEGORY].values if CATEGORY in machine.facts else {}


def without_name(by: str) -> Text:
    return {"unit": _("尚未交办"), "street": _("不属任何街道"), "category": _("尚未分类")}[by]


def rows_of(parted: Mapping[str, Figures], by: str, machine: Machine) -> list[GroupRow]:
    """In the order of the names' spelling, those without one last."""
    names = names_of(by, machine)
    named = [
        (code, str(names.get(code, code)) if code else "", one) for code, one in parted.items()
    ]
    named.sort(key=lambda group: (not group[1], _spelt(group[1])))
    return [group_row(code, name or without_name(by), one) for code, name, one in named]


def _spelt(name: str) -> str:
    tokens = spelling_tokens(name)
    return tokens[0] if tokens else name


def banded(rows: Sequence[GroupRow], *, peers: bool) -> Iterator[Band]:
    if not peers:
        yield Band("", rows)
        return
    above: int | None = None
    for least in BANDS:
        held = [
            one for one in rows if one.opened >= least and (above is None or one.opened < above)
        ]
        if held:
            yield Band(_band(least, above), held)
        above = least


def _band(least: int, above: int | None) -> str:
    if above is None:
        return _("登记 %d 件及以上") % least
    if least == 0:
        return _("登记不足 %d 件") % above
    return _("登记 %(least)d 至 %(most)d 件") % {"least": least, "most": above - 1}


def kpis_of(one: Figures) -> list[Kpi]:
    def kpi(label: Text, number: int, note: Text = "", *, tone: str = "") -> Kpi:
        piece = npgettext("cases", "件", "件", number)
        return Kpi(label, figures.count(number), piece, note, tone=tone if number else "")

    return [
        kpi(pgettext("件数", "登记"), one.opened),
        kpi(_("办结"), one.closed),
        kpi(_("在办"), one.live, _("挂账 %d 件") % one.suspended),
        kpi(_("超时"), one.overdue, tone="hibiscus"),
        Kpi(_("退单"), figures.count(one.returned), _("次")),
        kpi(_("重办"), one.reopened, _("督办 %d 件") % one.supervised),
        kpi(_("回访未答复"), one.no_answer, tone="violet"),
    ]


def rates_of(one: Figures) -> list[tuple[Text, RateCell]]:
    row = group_row("", "", one)
    cells = (row.contact, row.solved, row.satisfied, row.on_time, row.report)
    return [(rate_names()[cell.name], cell) for cell in cells]


def rate_names() -> dict[str, str]:
    return {
        "contact": _("响应率"),
        "solved": _("解决率"),
        "satisfied": _("满意率"),
        "resolve": _("按时办结率"),
        "report": _("报到率"),
    }


def sheet(rows: Sequence[GroupRow], by: str) -> tuple[list[str], list[list[ExportCell]]]:
    """Headings and rows: every rate with numerator, denominator and what is not known."""
    group = {"unit": _("承办单位"), "category": _("诉求类别"), "street": _("街道")}[by]
    heads = [
        group,
        pgettext("件数", "登记"),
        _("办结"),
        _("在办"),
        _("超时"),
        _("挂账"),
        _("退单"),
        _("重办"),
        _("督办"),
        _("回访未答复"),
    ]
    rates = [_("响应"), _("解决"), _("满意"), _("按时办结"), _("报到")]
    for name in rates:
        heads += [
            _("%s（分子）") % name,
            _("%s（分母）") % name,
            _("%s率") % name,
            _("%s（未知）") % name,
            _("%s（剔除）") % name,
            _("%s（剔除后分子）") % name,
            _("%s（剔除后分母）") % name,
            _("%s率（剔除后）") % name,
        ]
    lines = []
    for one in rows:
        line: list[ExportCell] = [
            str(one.name), one.opened, one.closed, one.live, one.overdue, one.suspended,
            one.returned, one.reopened, one.supervised, one.no_answer,
        ]  # fmt: skip
        for held in (one.contact, one.solved, one.satisfied, one.on_time, one.report):
            rate, after = held.counted, held.counted.after
            line += [rate.hit, rate.of, held.percent, rate.missing]
            line += [rate.taken_out, after.hit, after.of, percent_of(after)]
        lines.append(line)
    return heads, lines
