"""The problem list as a leader reads it: whistles first, each with its answers; and its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.cases import reads
from furong.apps.cases.engine.history import machine_naming
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.words import spoken
from furong.apps.cases.models import Case, Handover, HandoverLine, Request
from furong.apps.cases.papers import Box, ListContent, Row, Section
from furong.faces.web.case_acts import Hand, Sent
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.act_forms import ActForm, act_form
from furong.faces.web.presenters.asked import Asked
from furong.faces.web.presenters.case_phone import moments, state_told, turn_of
from furong.faces.web.presenters.cases_words import FileCard
from furong.faces.web.presenters.parts import Badge, Text
from furong.packs.models.procedures import AsksField, FormItem

Why = HandoverLine.Why
HEADINGS: Mapping[str, Text] = {
    Why.ASKED: gettext_lazy("吹哨，待您报到"),
    Why.OVERDUE: gettext_lazy("超过时限"),
    Why.DUE: gettext_lazy("今日到期"),
    Why.OPENED: gettext_lazy("新登记"),
}
"""Why a case stands on a list → the heading; in the order of the list."""

LISTS = 60
"""Lists that are shown: two months of mornings."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list among others."""

    url: str
    label: str
    day: str
    count: int
    asked: int
    acted: int
    unread: bool


@dataclass(frozen=True, slots=True)
class Whistle:
    """A request before the reader: what is asked and why, until when, and the answers as forms.

    clock: the limit in words; answered: what was answered; waits: what it still waits for.
    """

    place: int
    anchor: str
    number: str
    subject: str
    title: str
    url: str
    told: Sequence[tuple[Text, str]]
    files: Sequence[FileCard]
    clock: Text
    late: bool
    acts: Sequence[ActForm]
    answered: Text = ""
    refusal: str = ""
    left: Sequence[Asked] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A case on the list that asks nothing of its reader. acted: what they did all the same."""

    place: int
    number: str
    subject: str
    title: str
    url: str
    state: Badge
    turn: Text
    late: bool
    acted: Text


@dataclass(frozen=True, slots=True)
class Part:
    heading: Text
    whistles: Sequence[Whistle]
    cases: Sequence[Known]

    @property
    def count(self) -> int:
        return len(self.whistles) + len(self.cases)


@dataclass(frozen=True, slots=True)
class ListPage:
    id: str
    label: str
    person: str
    day: str
    cut: str
    parts: Sequence[Part]
    acted: int
    of: int


def listed(handed: Handover) -> Listed:
    lines = [*handed.lines.values_list("why", flat=True)]
    return Listed(
        url=reverse("list", args=[handed.pk]),
        label=handed.label,
        day=figures.brief(handed.handed_at),
        count=len(lines),
        asked=lines.count(Why.ASKED),
        acted=reads.progress(handed).acted,
        unread=handed.read_at is None,
    )


def list_page(
    handed: Handover, hand: Hand, at: datetime, *, line: object = None, sent: Sent | None = None
) -> ListPage:
    """line, sent: an answer that has to be given again, and on which line."""
    lines = reads.lines_of(handed)
    done = reads.progress(handed)
    parts = []
    for why, heading in HEADINGS.items():
        mine = [one for one in lines if one.why == why]
        if mine:
            asked = [
                _whistle_of(handed, one, hand, at, sent if one.pk == line else None)
                for one in mine
                if one.request
            ]
            known = [_known(one, handed, at) for one in mine if not one.request]
            if asked and all(one.answered for one in asked):
                heading = _("吹哨，已报到")
            parts.append(Part(heading, asked, known))
    return ListPage(
        id=str(handed.pk),
        label=handed.label,
        person=handed.person.name,
        day=figures.moment(handed.handed_at),
        cut=figures.brief(handed.cut_at),
        parts=parts,
        acted=done.acted,
        of=done.of,
    )


def _whistle_of(
    handed: Handover, line: HandoverLine, hand: Hand, at: datetime, sent: Sent | None
) -> Whistle:
    assert line.request is not None
    base = f"{reverse('list', args=[handed.pk])}lines/{line.pk}/"
    return whistle(line.request, line.case, hand, at, base=base, place=line.place, sent=sent)


def whistle(
    request: Request,
    case: Case,
    hand: Hand,
    at: datetime,
    *,
    base: str,
    place: int = 0,
    sent: Sent | None = None,
    proxy: bool = False,
) -> Whistle:
    """base: the address below which it is answered. proxy: another's answer is entered from paper."""
    machine = machine_of(case.procedure)
    acts = [
        one
        for one in reads.possible(case, hand.by, at)
        if one.request == request and one.proxy == proxy
    ]
    forms = [act_form(case, one, hand, at, url=f"{base}act/{one.key}/", sent=sent) for one in acts]
    clock, late = clock_words(request, at)
    astray = sent if sent and not any(one.refusal == sent.refusal for one in forms) else None
    opened = next(iter(reversed(moments(case, base, outside=False))), None)
    return Whistle(
        place=place,
        anchor=f"w{request.pk}",
        number=case.number,
        subject=case.subject.name if case.subject else "",
        title=case.title,
        url=f"/cases/{case.pk}/",
        told=[*told(request, case, machine)],
        files=opened.files if opened else (),
        clock=clock,
        late=late,
        acts=forms,
        answered=answer_words(request, machine_naming(case, "requests", [request.name])),
        refusal=astray.refusal if astray else "",
        left=astray.left if astray else (),
    )


def told(request: Request, case: Case, machine: Machine) -> list[tuple[Text, str]]:
    """What is asked, what the matter is, who asks, where it stands."""
    asked = machine_naming(case, "requests", [request.name])
    declared = asked.procedure.requests[request.name]
    found: list[tuple[Text, str]] = [*_said(asked, declared.form, request.fields)]
    begun = machine_naming(case, "openings", [case.opening])
    opening = begun.procedure.openings[case.opening]
    found += [
        (label, said)
        for label, said in _said(begun, opening.form, case.fields)
        if said != case.title
    ]
    by = request.asked_by.name if request.asked_by else _("系统")
    found.append((_("提出"), f"{by} {figures.brief(request.asked_at)}"))
    found.append((_("现状"), str(state_told(case, machine).text)))
    return found


def _said(
    machine: Machine, form: str | None, fields: Mapping[str, object]
) -> list[tuple[str, str]]:
    items: Sequence[FormItem] = machine.view.items(form)
    return [
        (item.label, spoken(fields[item.field], item.type, machine.calendar.zoneinfo))
        for item in items
        if isinstance(item, AsksField) and item.type != "files" and fields.get(item.field)
    ]


def clock_words(request: Request, at: datetime) -> tuple[Text, bool]:
    """Until when it is to be answered, and whether that is over; how late it was, once it is."""
    clock = reads.clock_of(request)
    if clock is None:
        return (_("还没有送达，随下一份清单送达") if not request.settled_at else ""), False
    due = clock.due_at
    if request.settled_at is not None:
        return "", False
    if due is None:
        return _("等待答复"), False
    told = {"due": figures.until(due), "span": span(abs(due - at))}
    if due <= at:
        return _("报到时限 %(due)s，已超过 %(span)s") % told, True
    return _("请在 %(due)s 前报到，还有 %(span)s") % told, False


def span(length: timedelta) -> str:
    """3 天 4 小时, 2 小时 5 分."""
    minutes = length // timedelta(minutes=1)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return _("%(d)d 天 %(h)d 小时") % {"d": days, "h": hours}
    if hours:
        return _("%(h)d 小时 %(m)d 分") % {"h": hours, "m": minutes}
    return _("%d 分钟") % minutes


def answer_words(request: Request, machine: Machine) -> Text:
    if request.settled_at is None:
        return ""
    declared = machine.procedure.requests[request.name]
    when = figures.brief(request.settled_at)
    if request.answer not in declared.answers:
        return _("已撤回（%s）") % when
    return _("已报到：%(answer)s（%(who)s %(when)s）") % {
        "answer": declared.answers[request.answer].label,
        "who": request.answered_by.name if request.answered_by else "",
        "when": when,
    }


def _known(line: HandoverLine, handed: Handover, at: datetime) -> Known:
    case = line.case
    turn, late = turn_of(case, at)
    machine = machine_of(case.procedure)
    done = case.events.filter(by=handed.person, recorded_at__gte=handed.handed_at)
    last = done.order_by("sequence").last()
    return Known(
        place=line.place,
        number=case.number,
        subject=case.subject.name if case.subject else "",
        title=case.title,
        url=f"/cases/{case.pk}/",
        state=state_told(case, machine),
        turn=turn,
        late=late,
        acted=_("您已办理 %s") % figures.brief(last.recorded_at) if last else "",
    )


# --- papers ---------------------------------------------------------------------------------------


def paper(page: ListPage, *, place: str, mark: str, at: datetime) -> ListContent:
    """The list as it is printed now."""
    count = sum(part.count for part in page.parts)
    asked = sum(len(part.whistles) for part in page.parts)
    told = {"day": page.day, "cut": page.cut, "count": count, "asked": asked}
    about = (
        _("%(day)s 送达 · 收录 %(cut)s 以前登记的 · 共 %(count)d 件，其中吹哨 %(asked)d 件")
        if asked
        else _("%(day)s 送达 · 收录 %(cut)s 以前登记的 · 共 %(count)d 件")
    ) % told
    return ListContent(
        place=place,
        title=page.label,
        to=_("呈：%s") % page.person,
        about=about,
        sections=[_section(place_, part) for place_, part in enumerate(page.parts)],
        words={
            "place": _("序号"), "number": _("编号"), "subject": _("对象"), "title": _("事由"),
            "turn": _("办理情况"), "pen": _("批示："), "signed": _("签名、时间："),
        },
        mark=mark,
        foot=_("%(label)s · 打印于 %(when)s · 批示后请交督查室录入")
        % {"label": page.label, "when": figures.moment(at)},
    )  # fmt: skip


NUMERALS = (
    gettext_lazy("一、"), gettext_lazy("二、"), gettext_lazy("三、"), gettext_lazy("四、"),
)  # fmt: skip


def _section(place: int, part: Part) -> Section:
    return Section(
        heading=_("%(numeral)s%(heading)s（%(count)d）")
        % {"numeral": NUMERALS[place], "heading": part.heading, "count": part.count},
        boxes=[
            Box(
                place=one.place,
                number=one.number,
                subject=one.subject,
                title=one.title,
                told=[(str(label), said) for label, said in one.told],
                due=str(one.clock),
                choices=[str(act.label) for act in one.acts],
                answered=str(one.answered),
            )
            for one in part.whistles
        ],
        rows=[
            Row(
                place=one.place,
                number=one.number,
                subject=one.subject,
                title=one.title,
                state=str(one.state.text),
                turn=str(one.turn),
                late=one.late,
            )
            for one in part.cases
        ],
    )
