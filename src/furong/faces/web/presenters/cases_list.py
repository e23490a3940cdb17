"""The queue: its rows read together, its filters, its counts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Assignment, Case, Request, Supervision
from furong.apps.cases.reads import Turn, turn_among
from furong.apps.cases.sight import VIEW
from furong.apps.directory.access import Capacity, coverage_of
from furong.apps.directory.models import Organisation, User, Zone
from furong.apps.registry.exporting import ExportCell
from furong.faces.web.case_listing import (
    BOXES,
    CATEGORY,
    CLOSED,
    LIVE,
    MINE,
    CaseListing,
    usual_order,
)
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.cases_pages import CaseRow, Key, QueuePage, Tab
from furong.faces.web.presenters.cases_words import (
    closure_of,
    due_of,
    marks_of,
    short,
    state_badge,
)
from furong.faces.web.presenters.parts import Badge, Chip, Select, Text, chip, select
from furong.faces.web.waiting import capped


def queue_page(
    listing: CaseListing, page: Page[Case], *, acts: bool, staff: bool, inbox: int
) -> QueuePage:
    """acts: whether the person has an inbox; inbox: how many lie in it; staff: no mere owner."""
    chosen = listing.chosen
    rows = rows_of(page.rows, listing.machines, user=listing.user, at=listing.at)
    return QueuePage(
        tabs=[*_tabs(chosen, acts=acts, inbox=inbox)],
        chips=_chips(listing),
        selects=[*_selects(listing)],
        filtered=listing.filtered,
        kept=[(name, chosen[name]) for name in ("box", "procedure", "state") if chosen[name]],
        query=chosen["q"],
        rows=rows,
        pages=page.pages,
        total=listing.total,
        first=_first(listing, page),
        openings=acts,
        figures=staff,
        keys=keys(),
        empty=_empty(listing),
    )


def keys() -> list[Key]:
    """The keyboard of the desk, as its dialog lists it."""
    return [
        Key("j / k", _("下一件、上一件")),
        Key("Enter", _("打开这一件")),
        Key("a", _("交办")),
        Key("m", _("并案")),
        Key("r", _("答复退单等请示")),
        Key("/", _("搜索")),
        Key("?", _("查看快捷键")),
    ]


def rows_of(
    cases: Sequence[Case],
    machines: Mapping[UUID, Machine],
    *,
    user: User,
    at: datetime,
) -> list[CaseRow]:
    """Rows for a page of cases; a fixed number of queries for all of them."""
    held = _by_case(Assignment.objects.held().select_related("organisation"), cases)
    inside = set(_inside(cases, user, at))
    asked = _by_case(Request.objects.pending(), [one for one in cases if one.pk in inside])
    ordered = set(
        Supervision.objects.filter(case__in=[*inside]).values_list("case", flat=True).distinct()
    )
    return [
        _row(
            one,
            machines[one.procedure_id],
            held[one.pk],
            asked=[request.name for request in asked[one.pk]],
            supervised=one.pk in ordered,
            at=at,
        )
        for one in cases
    ]


def _inside(cases: Sequence[Case], user: User, at: datetime) -> Iterable[UUID]:
    """Those whose marks the person may know: an owner is not told of returns and orders."""
    if not coverage_of(user, VIEW, at=at, among=[Capacity.OWNER]).scopes:
        return [one.pk for one in cases]
    rows = Case.objects.filter(pk__in=[one.pk for one in cases]).inside_of(user, at)
    return rows.order_by().values_list("pk", flat=True)


def _by_case[R: (Assignment, Request)](
    rows: Iterable[R], cases: Iterable[Case]
) -> Mapping[UUID, list[R]]:
    found: dict[UUID, list[R]] = defaultdict(list)
    for row in rows.filter(case__in=[one.pk for one in cases]):  # type: ignore[attr-defined]
        found[row.case_id].append(row)
    return found


def _row(
    case: Case,
    machine: Machine,
    held: Sequence[Assignment],
    *,
    asked: Sequence[str],
    supervised: bool,
    at: datetime,
) -> CaseRow:
    requests = machine.procedure.requests
    names = [requests[name].label for name in dict.fromkeys(asked) if name in requests]
    turn = turn_among(machine, case, held, at)
    first = next(iter(machine.procedure.classes))
    kind = machine.procedure.classes.get(case.kind, case.kind)
    return CaseRow(
        id=str(case.pk),
        number=case.number,
        procedure=machine.procedure.title,
        title=case.title,
        subject=case.subject.name if case.subject else "",
        street=case.subject.street.name if case.subject and case.subject.street else "",
        kind=None
        if case.kind == first
        else Badge(kind, "hibiscus" if case.kind == "urgent" else ""),
        state=state_badge(machine, case),
        marks=marks_of(case, supervised=supervised, asked=names),
        holder=holder_of(turn, held),
        helpers=_helpers(machine, turn, held),
        due=due_of(case.due_at, at) if turn else None,
        opened=short(case.opened_at, at),
        closed="" if turn or case.closed_at is None else _closed(machine, case, at),
    )


def _closed(machine: Machine, case: Case, at: datetime) -> str:
    assert case.closed_at is not None
    return _("%(how)s · %(when)s") % {
        "how": closure_of(machine, case),
        "when": short(case.closed_at, at),
    }


def holder_of(turn: Turn | None, held: Sequence[Assignment]) -> Text:
    """Who has it in hand: the unit, and without one the role; of a closed case who had it."""
    if turn is None:
        return _("、").join(dict.fromkeys(words.unit_name(one.organisation) for one in held))
    return _("、").join(turn.units) or turn.role


def _helpers(machine: Machine, turn: Turn | None, held: Sequence[Assignment]) -> Text:
    """The other units that hold it, by kind: 承办单位 城管执法局 · 协办单位 公安分局."""
    if turn is None:
        return ""
    kinds = machine.procedure.assignments
    found: dict[str, list[str]] = defaultdict(list)
    for one in held:
        unit = words.unit_name(one.organisation)
        if unit not in turn.units and one.kind in kinds and unit not in found[one.kind]:
            found[one.kind].append(unit)
    return " · ".join(f"{kinds[kind].label} {_('、').join(units)}" for kind, units in found.items())


def _first(listing: CaseListing, page: Page[Case]) -> Text:
    """When the next is due, where the list says so by its order."""
    if listing.chosen["order"] != "due" or page.pages.earlier:
        return ""
    found = (case.due_at for case in page.rows)
    due = due_of(min(filter(None, found), default=None), listing.at)
    return (
        ""
        if due is None
        else _("最近一件 %(when)s，%(left)s")
        % {
            "when": due.when,
            "left": due.left,
        }
    )


def _tabs(chosen: Mapping[str, str], *, acts: bool, inbox: int) -> Iterator[Tab]:
    labels = {MINE: _("待我办理"), LIVE: _("全部在办"), CLOSED: _("已办结")}
    for box in BOXES:
        if box != MINE or acts:
            count = capped(inbox) if box == MINE else ""
            yield Tab(labels[box], f"{reverse('cases')}?box={box}", chosen["box"] == box, count)


def _chips(listing: CaseListing) -> list[Chip]:
    """States with their counts, of the one procedure that is asked for or there; else procedures."""
    now, counts = listing.chosen, listing.counts
    per: dict[str, int] = defaultdict(int)
    for (code, _state), n in counts.items():
        per[code] += n
    machines = {machine.procedure.procedure: machine for machine in listing.machines.values()}
    code = now["procedure"] or (next(iter(per)) if len(per) == 1 else "")
    if not code or code not in machines:
        chips = [chip("procedure", "", _("全部"), now=now["procedure"], count=sum(per.values()))]
        return chips + [
            chip("procedure", one, machines[one].procedure.title, now="", count=per[one])
            for one in machines
            if per[one]
        ]
    shown = [
        (state, declared.label, counts.get((code, state), 0))
        for state, declared in machines[code].procedure.states.items()
    ]
    chips = [chip("state", "", _("全部"), now=now["state"], count=per[code])]
    return chips + [
        chip("state", state, label, now=now["state"], count=n)
        for state, label, n in shown
        if n or state == now["state"]
    ]


def _selects(listing: CaseListing) -> Iterator[Select]:
    now = listing.chosen
    machines = {m.procedure.procedure: m for m in listing.machines.values()}
    meant = [machines[now["procedure"]]] if now["procedure"] in machines else [*machines.values()]
    if now["box"] != CLOSED:
        due = [("overdue", _("已超时")), ("today", _("今日到期"))]
        yield select("due", _("时限"), _("全部时限"), due, now=now["due"])
    if len(machines) > 1:
        titles = [(code, machine.procedure.title) for code, machine in machines.items()]
        yield select("procedure", _("流程"), _("全部流程"), titles, now=now["procedure"])
    kinds = {code: label for m in meant for code, label in m.procedure.classes.items()}
    yield select("kind", _("缓急"), _("全部缓急"), kinds.items(), now=now["kind"])
    categories = next((m.facts[CATEGORY].values for m in meant if CATEGORY in m.own_facts), {})
    if categories:
        yield select(
            "category", _("诉求类别"), _("全部类别"), categories.items(), now=now["category"]
        )
    held = Exists(Assignment.objects.filter(organisation=OuterRef("pk")))
    units = Organisation.objects.filter(held).order_by("kind", "code")
    named = [(unit.code, words.unit_name(unit)) for unit in units]
    yield select("unit", _("承办单位"), _("全部单位"), named, now=now["unit"])
    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    names = streets.values_list("code", "name")
    yield select("street", _("街道"), _("全部街道"), names, now=now["street"])
    usual = usual_order(now["box"])
    others = [(name, label) for name, label in _orders().items() if name != usual]
    order = "" if now["order"] == usual else now["order"]
    yield select("order", _("排序"), _orders()[usual], others, now=order)


def _orders() -> dict[str, Text]:
    return {
        "due": _("按时限"),
        "opened": _("新登记的在前"),
        "oldest": _("早登记的在前"),
        "number": _("按编号"),
    }


def _empty(listing: CaseListing) -> tuple[Text, Text]:
    if listing.filtered:
        return _("没有符合条件的事项"), _(
            "可以清除筛选，或换一个词再搜：编号、事由、名称、拼音、来件编号均可。"
        )
    if listing.chosen["box"] == MINE:
        return _("没有待您办理的事项"), _("交办、请示、审核到您这里时，会按时限排在这里。")
    if listing.chosen["box"] == CLOSED:
        return _("还没有办结的事项"), ""
    return _("没有在办的事项"), ""


def sheet_rows(
    cases: Sequence[Case], machines: Mapping[UUID, Machine], *, user: User, at: datetime
) -> Iterator[list[ExportCell]]:
    """The rows of an exported queue."""
    shown = rows_of(cases, machines, user=user, at=at)
    for case, row in zip(cases, shown, strict=True):
        machine = machines[case.procedure_id]
        category = case.facts.get(CATEGORY)
        told = machine.facts[CATEGORY].values.get(category, "") if category else ""
        yield [
            case.number,
            str(row.procedure),
            case.title,
            row.subject or None,
            str(row.street) or None,
            machine.procedure.classes.get(case.kind, case.kind),
            told or None,
            str(row.state.text),
            str(row.holder) or None,
            str(row.helpers) or None,
            figures.moment(case.due_at) or None,
            _("已超时") if row.due and row.due.tone == "hibiscus" else None,
            case.cycle,
            _("、").join(str(mark.text) for mark in row.marks) or None,
            figures.moment(case.opened_at),
            figures.moment(case.closed_at) or None,
            str(closure_of(machine, case)) or None,
            case.external_number or None,
        ]


def sheet_headings() -> list[str]:
    return [
        _("编号"), _("流程"), _("事由"), _("服务对象"), _("街道"), _("缓急"), _("诉求类别"),
        _("状态"), _("现由"), _("协办单位"), _("时限"), _("是否超时"), _("轮次"), _("标记"),
        _("登记时间"), _("办结时间"), _("办结情形"), _("来件编号"),
    ]  # fmt: skip
