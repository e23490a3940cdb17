"""Call lists as their pages show them: planned, on the way, worked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.cases import reads
from furong.apps.cases.calls.sight import callers_of
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import CallLine, CallList
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.cases.reads import Agreement, CallFigures, Share
from furong.apps.cases.reads.figures import Rate
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Chip, Kpi, Pages, Text, chip

Stage, State = CallList.Stage, CallLine.State
TONES = {
    Stage.PLANNED: "amber",
    Stage.OPENING: "blue",
    Stage.OPEN: "jade",
    Stage.WITHDRAWING: "blue",
}
LINE_TONES = {
    State.WAITING: "amber",
    State.OPENED: "jade",
    State.LEFT_OUT: "",
    State.REFUSED: "hibiscus",
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A call list among others. left: of the reader's own calls, where they are a caller."""

    id: str
    title: str
    stage: Badge
    team: str
    at: str
    by: str
    count: int
    left: int = 0


@dataclass(frozen=True, slots=True)
class CallsPage:
    run: Sequence[ListRow]
    mine: Sequence[ListRow]
    may_plan: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    place: int
    name: str
    number: str
    street: str
    caller: str
    state: Badge
    why: str
    sampled: bool
    url: str
    case: Text


@dataclass(frozen=True, slots=True)
class RateRow:
    label: Text
    percent: str
    made: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the worker has come. moving: it goes on."""

    id: str
    done: int
    total: int
    moving: bool
    label: Text

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


@dataclass(frozen=True, slots=True)
class Handing:
    """What can be handed over. of: callers with something left; to: (id, name) of the team."""

    of: Sequence[Share]
    to: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CallListPage:
    id: str
    title: str
    stage: Badge
    is_planned: bool
    is_open: bool
    may_withdraw: bool
    uncalled: int
    about: Sequence[tuple[Text, Text]]
    sample: Text
    seed: str
    script: str
    kpis: Sequence[Kpi]
    why: Sequence[tuple[Text, int]]
    shares: Sequence[Share]
    progress: Progress
    filters: Sequence[Chip]
    rows: Sequence[LineRow]
    pages: Pages
    ready: int
    agreement: Sequence[RateRow] = ()
    differing: int = 0
    handing: Handing | None = None
    reason: str = ""
    error: str = ""
    key: str = ""


def list_row(made: CallList, *, count: int, left: int = 0) -> ListRow:
    return ListRow(
        id=str(made.pk),
        title=made.title,
        stage=stage_badge(made),
        team=made.team.short or made.team.name,
        at=figures.brief(made.planned_at),
        by=made.planned_by.name,
        count=count,
        left=left,
    )


def stage_badge(made: CallList) -> Badge:
    return Badge(made.get_stage_display(), TONES.get(Stage(made.stage), ""))


def call_list_page(
    made: CallList,
    machine: Machine,
    cases: CaseQuerySet,
    page: Page[CallLine],
    *,
    wanted: str,
    at: datetime,
    may_withdraw: bool,
    error: str = "",
) -> CallListPage:
    """One list to who runs it. cases: its checks; wanted: the state of the lines that are shown."""
    counts = reads.line_counts(made)
    agreed = reads.agreement(cases)
    told = reads.call_figures(cases, at)
    planned = made.stage == Stage.PLANNED
    shares = reads.shares_of(made)
    runs = may_withdraw and made.stage in (Stage.PLANNED, Stage.OPENING, Stage.OPEN)
    return CallListPage(
        id=str(made.pk),
        title=made.title,
        stage=stage_badge(made),
        is_planned=planned,
        is_open=not planned and made.stage != Stage.OPENING,
        may_withdraw=runs,
        uncalled=told.waiting,
        about=_about(made, machine),
        sample=_("随机抽取 %d%%") % made.percent if made.percent else _("不作复核"),
        seed=made.seed if made.percent else "",
        script=made.script,
        kpis=_planned_kpis(counts, made) if planned else call_kpis(told, agreed),
        why=[
            (CallLine.Why(why).label if why in CallLine.Why.values else why, count)
            for why, count in reads.left_out_counts(made).items()
        ],
        shares=shares,
        progress=progress_of(made, counts),
        filters=_filters(counts, wanted),
        rows=[_line_row(one) for one in page.rows],
        pages=page.pages,
        ready=counts.get(State.WAITING, 0),
        agreement=agreement_rows(agreed),
        differing=told.differing,
        handing=_handing(made, shares, at) if runs else None,
        reason=made.reason,
        error=error,
    )


def _handing(made: CallList, shares: Sequence[Share], at: datetime) -> Handing | None:
    """None where nobody has anything left, or nobody else could take it."""
    of = [one for one in shares if one.left]
    to = [(str(one.pk), one.name) for one in callers_of(made.team, at)]
    can = any(pk != str(one.caller.pk) for one in of for pk, _name in to)
    return Handing(of, to) if can else None


def progress_of(made: CallList, counts: Mapping[str, int] | None = None) -> Progress:
    held = reads.line_counts(made) if counts is None else counts
    withdrawing = made.stage == Stage.WITHDRAWING
    left = held.get(State.CANCELLING if withdrawing else State.WAITING, 0)
    done = (
        held.get(State.CANCELLED, 0)
        if withdrawing
        else held.get(State.OPENED, 0) + held.get(State.REFUSED, 0)
    )
    label = made.get_stage_display()
    return Progress(str(made.pk), done, done + left, made.stage in CallList.MOVING, label)


def _about(made: CallList, machine: Machine) -> list[tuple[Text, Text]]:
    known = machine.facts
    labels = [known[key].label for key in made.facts if key in known]
    found: list[tuple[Text, Text]] = [
        (_("缓急"), machine.procedure.classes.get(made.kind, made.kind)),
        (_("核对小组"), made.team.name),
        (_("分配方式"), made.get_way_display()),
        (_("核对哪些信息"), _("、").join(labels)),
        (_("名单来源"), made.origin or "—"),
        (_("拟稿"), f"{made.planned_by.name} · {figures.moment(made.planned_at)}"),
    ]
    if made.opened_at:
        found.append((_("发起"), figures.moment(made.opened_at)))
    if made.withdrawn_at and made.withdrawn_by:
        told = f"{made.withdrawn_by.name} · {figures.moment(made.withdrawn_at)}"
        found.append((_("撤回"), _("%(who)s（%(why)s）") % {"who": told, "why": made.reason}))
    return found


def _planned_kpis(counts: Mapping[str, int], made: CallList) -> list[Kpi]:
    ready, out = counts.get(State.WAITING, 0), counts.get(State.LEFT_OUT, 0)
    drawn = made.lines.filter(sampled=True).count()
    firm = _("户")
    return [
        Kpi(_("名单"), figures.count(ready + out), firm),
        Kpi(_("可以拨打"), figures.count(ready), firm, tone="jade"),
        Kpi(_("不外呼"), figures.count(out), firm, tone="hibiscus" if out else ""),
        Kpi(_("抽中复核"), figures.count(drawn), firm, tone="violet" if drawn else ""),
    ]


def call_kpis(told: CallFigures, agreed: Agreement) -> list[Kpi]:
    """The figures of phone checks, on a list's page and among the figures of cases."""
    firm = _("户")
    waiting = _("待拨打 %d 户") % told.waiting
    again = _("待上门 %d 户") % told.visit
    settled = _("待裁定 %d 户") % told.differing
    agreed_note = _("一致 %(hit)d / 已双录 %(of)d，待复核 %(missing)d") % {
        "hit": agreed.whole.hit,
        "of": agreed.whole.of,
        "missing": agreed.whole.missing,
    }
    return [
        Kpi(_("发起"), figures.count(told.opened), firm, waiting),
        Kpi(_("拨打"), figures.count(told.calls), _("次"), _("已拨打 %d 户") % told.called),
        Kpi(_("接通"), figures.count(told.reached), firm, tone="jade"),
        Kpi(_("拒答"), figures.count(told.refused), firm, tone="amber" if told.refused else ""),
        Kpi(_("待重拨"), figures.count(told.redial), firm, again),
        Kpi(_("双录一致率"), percent(agreed.whole), "", agreed_note),
        Kpi(_("已核对"), figures.count(told.closed), firm, settled),
    ]


def percent(rate: Rate) -> str:
    return "—" if rate.percent is None else f"{rate.percent:.1f}%"


def agreement_rows(agreed: Agreement) -> list[RateRow]:
    """The whole, then question by question; nothing where nothing was drawn."""
    if not agreed.whole.of and not agreed.whole.missing:
        return []
    whole = agreed.whole
    return [
        RateRow(_("全部问题"), percent(whole), f"{whole.hit} / {whole.of}", whole.missing),
        *(
            RateRow(agreed.labels[key], percent(rate), f"{rate.hit} / {rate.of}")
            for key, rate in agreed.by_question.items()
        ),
    ]


def _filters(counts: Mapping[str, int], wanted: str) -> list[Chip]:
    every = chip("state", "", _("全部"), now=wanted, count=sum(counts.values()))
    return [
        every,
        *(
            chip("state", state.value, state.label, now=wanted, count=counts[state])
            for state in State
            if counts.get(state)
        ),
    ]


def _line_row(line: CallLine) -> LineRow:
    subject, case = line.subject, line.case
    return LineRow(
        place=line.place + 1,
        name=subject.name if subject else line.given or "—",
        number=subject.number if subject else "",
        street=subject.street.name if subject and subject.street else "",
        caller=line.caller.name if line.caller else "",
        state=Badge(line.get_state_display(), LINE_TONES.get(State(line.state), "")),
        why=line.reason,
        sampled=line.sampled,
        url=reverse("case", args=[case.pk]) if case else "",
        case=_state_of(case) if case else "",
    )


def _state_of(case: Any) -> Text:
    from furong.apps.cases.engine.machine import machine_of

    return machine_of(case.procedure).state(case.state).label
