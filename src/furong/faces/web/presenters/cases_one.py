"""One case as its page shows it: whose turn, clocks, who holds it, what can be done, what happened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.cases import reads
from furong.apps.cases.actions import may_invite, may_reveal
from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Assignment, Clock, Request
from furong.apps.cases.reads import Possible, Running, Told
from furong.apps.registry.values import from_plain
from furong.engines.rules import show_value
from furong.faces.web.comments import Comment, comment_form
from furong.faces.web.presenters import cases_suggest, figures
from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.asked import PREFIX
from furong.faces.web.presenters.cases_around import (
    Viewer,
    invitations_of,
    invite_form,
    links_of,
    papers_of,
    supervisions_of,
)
from furong.faces.web.presenters.cases_pages import (
    ActLink,
    Advice,
    AssignmentRow,
    CaseHead,
    CasePage,
    ClockRow,
    Moment,
    PendingRequest,
    Suggested,
    TurnBox,
)
from furong.faces.web.presenters.cases_words import (
    closure_of,
    due_of,
    file_card,
    length,
    marks_of,
    short,
    spell,
    state_badge,
)
from furong.faces.web.presenters.exclusions import asking_link, rows_of_case
from furong.faces.web.presenters.parts import Badge

HOT = {"dispatch": "a", "merge": "m"}
"""Actions with a key of the desk's keyboard; answers to requests share `r`."""

STATES = {
    Assignment.State.PENDING: "amber",
    Assignment.State.SIGNED: "blue",
    Assignment.State.DONE: "jade",
}


def head_of(viewer: Viewer) -> CaseHead:
    case, machine, subject = viewer.case, viewer.machine, viewer.case.subject
    supervised = viewer.inside and case.supervisions.exists()
    external = " ".join(filter(None, [case.external_system, case.external_number]))
    return CaseHead(
        id=str(case.pk),
        number=case.number,
        procedure=machine.procedure.title,
        title=case.title,
        subject=subject.name if subject else "",
        subject_id=str(subject.pk) if subject else "",
        subject_number=subject.number if subject else "",
        street=subject.street.name if subject and subject.street else "",
        state=state_badge(machine, case),
        kind=Badge(
            machine.procedure.classes.get(case.kind, case.kind),
            "hibiscus" if case.kind == "urgent" else "",
        ),
        marks=marks_of(case, supervised=supervised, asked=[]),
        external=external,
        revision=case.revision,
    )


def case_page(
    viewer: Viewer,
    *,
    real: datetime,
    opened: Mapping[int, Mapping[str, Any]] | None = None,
    comment: Comment | None = None,
    invite: ActForm | None = None,
) -> CasePage:
    """opened: personal answers that were just revealed, by the event's sequence."""
    case, user, at = viewer.case, viewer.user, viewer.at
    can = reads.possible(case, user, at) if viewer.acts else []
    told = reads.timeline(case, outside=not viewer.inside)
    inviting = viewer.acts and viewer.inside and may_invite(case, user, at)
    return CasePage(
        head=head_of(viewer),
        turn=turn_box(viewer),
        inside=viewer.inside,
        acts=[*act_links(viewer, [one for one in can if one.kind == "action"])],
        asks=[
            *act_links(viewer, [one for one in can if one.kind == "request"]),
            *asking_link(viewer),
        ],
        exclusions=rows_of_case(viewer),
        pending=[*pending_of(viewer, can, told)] if viewer.inside else [],
        clocks=[clock_row(one, at) for one in reads.running(case, at)] if viewer.inside else [],
        assignments=[*_assignments(viewer)],
        timeline=[*_moments(viewer, told, opened or {})],
        links=[*links_of(viewer)],
        papers=[*papers_of(viewer)],
        supervisions=[*supervisions_of(viewer)],
        invitations=[*invitations_of(case, real)] if inviting else [],
        invite=(invite or invite_form(case)) if inviting else None,
        alike=_alike(viewer, can),
        advice=_advice(viewer, can),
        comment=comment_form(
            reverse("case_comment", args=[case.pk]), _("留言"), chooses=viewer.inside, sent=comment
        ),
    )


# --- whose turn -----------------------------------------------------------------------------------


def turn_box(viewer: Viewer) -> TurnBox:
    case, machine = viewer.case, viewer.machine
    turn = reads.whose_turn(case, viewer.at)
    if turn is None:
        when = figures.moment(case.closed_at)
        told = _("%(how)s · %(when)s") % {"how": closure_of(machine, case), "when": when}
        return TurnBox("", "", None, "", closed=told, tone="jade")
    due = due_of(turn.due_at, viewer.at)
    clock = machine.procedure.clocks.get(case.due_clock)
    return TurnBox(
        who=turn.role,
        units=_("、").join(turn.units),
        due=due,
        clock=clock.label if clock else "",
        tone=due.tone if due else "",
    )


def clock_row(one: Running, at: datetime) -> ClockRow:
    working = one.counting == "working"
    if one.running:
        state, tone = (_("已超时"), "hibiscus") if one.overdue else (_("计时中"), "blue")
    else:
        state, tone = (_("超时完成"), "hibiscus") if one.overdue else (_("已停"), "")
    return ClockRow(
        label=one.label,
        unit=one.unit,
        counted=spell(one.counted),
        raw=spell(one.raw),
        limit=(_("%s（工作时间）") if working else _("%s（自然时间）")) % length(one.limit),
        due=due_of(one.due_at, at) if one.running else None,
        running=one.running,
        state=state,
        tone=tone,
    )


def _assignments(viewer: Viewer) -> Iterator[AssignmentRow]:
    """Every unit that holds the case or held it; from outside, those that hold it."""
    kinds = viewer.machine.procedure.assignments
    rows = viewer.case.assignments.select_related("organisation")
    for one in rows if viewer.inside else rows.held():
        marks = []
        if one.deemed:
            marks.append(Badge(_("视同签收"), "amber"))
        if one.final:
            marks.append(Badge(_("不得再退")))
        yield AssignmentRow(
            kind=kinds[one.kind].label if one.kind in kinds else one.kind,
            unit=words.unit_name(one.organisation),
            state=Badge(
                Assignment.State(one.state).label, STATES.get(Assignment.State(one.state), "")
            ),
            marks=marks if viewer.inside else [],
            assigned=short(one.assigned_at, viewer.at),
            signed=short(one.signed_at, viewer.at) if one.signed_at else "",
            done=short(one.done_at, viewer.at) if one.done_at else "",
            gone=one.state in Assignment.GONE,
        )


# --- what can be done -----------------------------------------------------------------------------


def act_links(viewer: Viewer, can: Iterable[Possible]) -> Iterator[ActLink]:
    """Buttons, the one that moves the case first: it stands out where there is one at all."""
    machine, first = viewer.machine, True
    for one in can:
        action = machine.procedure.actions.get(one.name) if one.kind == "action" else None
        moves = action is not None and action.to is not None and action.closure is None
        yield act_link(viewer, one, main=moves and first)
        first = first and not moves


def act_link(viewer: Viewer, one: Possible, *, main: bool = False) -> ActLink:
    url = reverse("case_do", args=[viewer.case.pk, one.key])
    if one.request is not None:
        url += f"?request={one.request.pk}"
    direct = not (one.items or one.closures or one.proxy)
    return ActLink(
        key=one.key,
        label=_("代录：%s") % one.label if one.proxy else one.label,
        url=url,
        direct=direct,
        main=main,
        once=uuid4().hex if direct else "",
        hot=HOT.get(one.name, "") if one.kind == "action" else "",
        proxy=one.proxy,
    )


def pending_of(
    viewer: Viewer, can: Sequence[Possible], told: Sequence[Told]
) -> Iterator[PendingRequest]:
    """The requests that wait for an answer, with what was asked and who may answer."""
    case, machine, at = viewer.case, viewer.machine, viewer.at
    pending = [*case.requests.pending().select_related("asked_by", "organisation")]
    dues = dict(
        Clock.objects.filter(request__in=pending, running=True).values_list("request", "due_at")
    )
    for one in pending:
        declared = machine.procedure.requests.get(one.name)
        if declared is None:
            continue
        waits = ""
        if one.delivered_at is None:
            posted = machine.procedure.lists.get(one.waits_for)
            waits = _("随“%s”送达，送达后起算时限") % (posted.label if posted else one.waits_for)
        yield PendingRequest(
            label=declared.label,
            asked=_asked_by(one, at),
            said=_said_of(one, told),
            due=due_of(dues.get(one.pk), at),
            waits=waits,
            answers=_answers(viewer, [a for a in can if a.request and a.request.pk == one.pk]),
        )


def _answers(viewer: Viewer, can: Sequence[Possible]) -> list[ActLink]:
    """The answers as buttons; the key `r` goes to the first."""
    links = [act_link(viewer, one) for one in can]
    return [replace(one, hot="r" if place == 0 else "") for place, one in enumerate(links)]


def _asked_by(one: Request, at: datetime) -> str:
    who = one.asked_by.name if one.asked_by else _("系统")
    unit = words.unit_name(one.organisation) if one.organisation else ""
    named = f"{unit} {who}".strip()
    return _("%(who)s · %(when)s") % {"who": named, "when": short(one.asked_at, at)}


def _said_of(one: Request, told: Sequence[Told]) -> Sequence[tuple[str, str]]:
    """The words of the request, from the event by which it was put."""
    act = f"requests.{one.name}"
    found = [t for t in told if t.act == act and t.event.recorded_at <= one.asked_at]
    return found[-1].said if found else ()


# --- what happened --------------------------------------------------------------------------------


def _moments(
    viewer: Viewer, told: Sequence[Told], opened: Mapping[int, Mapping[str, Any]]
) -> Iterator[Moment]:
    """The latest first."""
    sealed = any(one.event.personal for one in told)
    revealing = sealed and viewer.acts and may_reveal(viewer.case, viewer.user, viewer.at)
    for one in reversed(told):
        yield moment_of(viewer, one, opened.get(one.event.sequence, {}), revealing=revealing)


def moment_of(
    viewer: Viewer,
    one: Told,
    opened: Mapping[str, Any] | None = None,
    *,
    revealing: bool = False,
) -> Moment:
    event, case = one.event, viewer.case
    claimed = figures.moment(event.occurred_at) if event.occurred_at != event.recorded_at else ""
    flag = ""
    if event.act == "comment" and viewer.inside:
        flag = _("反映人可见") if one.public else _("内部")
    return Moment(
        sequence=event.sequence,
        label=one.label,
        who=one.who,
        at=figures.moment(event.recorded_at),
        claimed=claimed,
        said=one.said,
        files=[
            file_card(reverse("case_file", args=[case.pk, file.pk]), file) for file in one.files
        ],
        to=one.to_label,
        tone=_tone(viewer.machine, one),
        flag=flag,
        opened=[
            (_label(viewer.machine, name), _said(viewer.machine, name, value))
            for name, value in (opened or {}).items()
        ],
        may_reveal=revealing and bool(event.personal) and not opened,
        reveal_url=reverse("case_reveal", args=[case.pk, event.sequence]),
    )


def _tone(machine: Machine, one: Told) -> str:
    state = machine.procedure.states.get(one.event.to_state)
    if one.to_label and state is not None and state.category == "closed":
        return "done"
    return "deemed" if one.deemed else "moved" if one.to_label else ""


def _label(machine: Machine, name: str) -> str:
    if name in machine.view.every_field:
        return machine.view.every_field[name].label
    return machine.facts[name].label if name in machine.facts else name


def _said(machine: Machine, name: str, value: Any) -> str:
    """A personal answer that was revealed, as its form showed it."""
    if name in machine.view.every_field:
        kind = getattr(machine.view.every_field[name], "type", "")
        return words.spoken(value, kind, machine.calendar.zoneinfo)
    fact = machine.facts.get(name)
    return show_value(fact, from_plain(fact, value)) if fact else str(value)


# --- what is like it ----------------------------------------------------------------------------


def _advice(viewer: Viewer, can: Sequence[Possible]) -> Advice | None:
    """What it may be about and whose job, as long as it can be handed out."""
    if not viewer.inside or not any(one.key == "actions.dispatch" for one in can):
        return None
    matter = cases_suggest.of_case(viewer.case)
    form = reverse("case_do", args=[viewer.case.pk, "actions.dispatch"])
    return cases_suggest.advice(matter, user=viewer.user, at=viewer.at, dispatch=form)


def _alike(viewer: Viewer, can: Sequence[Possible]) -> Sequence[Suggested]:
    """Look-alikes, as long as the case can still be merged or handed out."""
    names = {one.name for one in can if one.kind == "action"}
    if not viewer.inside or not names & {"merge", "dispatch"}:
        return ()
    merge = ""
    if "merge" in names:
        merge = reverse("case_do", args=[viewer.case.pk, "actions.merge"]) + f"?{PREFIX}main="
    matter = cases_suggest.of_case(viewer.case)
    return cases_suggest.look_alikes(matter, user=viewer.user, at=viewer.at, merge=merge)
