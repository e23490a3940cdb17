"""A case as a phone shows it: whose turn it is, what the reader can do, what happened, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.cases import reads
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import Category
from furong.faces.web.case_acts import Hand, Sent
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.act_forms import ActForm, act_form
from furong.faces.web.presenters.asked import Asked
from furong.faces.web.presenters.cases_words import (
    FileCard,
    closure_of,
    file_card,
    state_badge,
)
from furong.faces.web.presenters.parts import Badge, Text


@dataclass(frozen=True, slots=True)
class Card:
    """A case in a list. turn: who has it and until when."""

    url: str
    title: str
    number: str
    subject: str
    state: Badge
    turn: Text
    late: bool
    when: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    when: str
    label: Text
    who: str
    said: Sequence[tuple[Text, str]]
    files: Sequence[FileCard]
    state: str


@dataclass(frozen=True, slots=True)
class CasePage:
    number: str
    title: str
    subject: str
    state: Badge
    turn: Text
    late: bool
    acts: Sequence[ActForm]
    moments: Sequence[Moment]
    opened: str
    comment: ActForm | None = None
    receipt: bool = False
    refusal: str = ""
    left: Sequence[Asked] = ()
    outside: bool = True


def state_told(case: Case, machine: Machine) -> Badge:
    """The state, and of a closed case how it ended."""
    badge = state_badge(machine, case)
    if case.category != Category.CLOSED:
        return badge
    told = {"state": badge.text, "closure": closure_of(machine, case)}
    solved = case.facts.get("confirmed_solved") is True
    return Badge(_("%(state)s · %(closure)s") % told, "jade" if solved else "")


def turn_of(case: Case, at: datetime, *, mine: bool = False) -> tuple[Text, bool]:
    """Who has it in hand and until when, in words; and whether that is over."""
    turn = reads.whose_turn(case, at)
    if turn is None:
        return "", False
    who = _("、").join(turn.units) or turn.role
    told = {"who": who, "due": figures.until(turn.due_at)}
    if mine:
        return (_("等您评价，请在 %(due)s 前回复") % told if turn.due_at else _("等您评价")), False
    if not turn.due_at:
        return _("现由%(who)s办理") % told, False
    if turn.overdue:
        return _("现由%(who)s办理，已超过时限 %(due)s") % told, True
    return _("现由%(who)s办理，%(due)s 前办完这一步") % told, False


def card(case: Case, at: datetime, url: str, hand: Hand | None = None) -> Card:
    machine = machine_of(case.procedure)
    mine = hand is not None and any(
        judges(machine, one) for one in reads.possible(case, hand.by, at)
    )
    turn, late = turn_of(case, at, mine=mine)
    badge = Badge(_("待您评价"), "hibiscus") if mine else state_told(case, machine)
    return Card(
        url=url,
        title=case.title,
        number=case.number,
        subject=case.subject.name if case.subject else "",
        state=badge,
        turn=turn,
        late=late,
        when=figures.brief(case.opened_at),
    )


def case_page(
    case: Case,
    hand: Hand,
    at: datetime,
    *,
    base: str,
    outside: bool,
    among: Iterable[str] = ("action", "request"),
    sent: Sent | None = None,
    comment: ActForm | None = None,
    receipt: bool = False,
) -> CasePage:
    """base: the address of the page. among: the kinds of acts that it offers.

    refusal, left: of an act that was sent from an older page and cannot be done any more.
    """
    machine = machine_of(case.procedure)
    acts = [
        one for one in reads.possible(case, hand.by, at) if one.kind in set(among) and not one.proxy
    ]
    mine = any(judges(machine, one) for one in acts)
    turn, late = turn_of(case, at, mine=mine)
    forms = act_forms(case, acts, hand, at, base=base, sent=sent)
    astray = sent if sent and not any(one.refusal == sent.refusal for one in forms) else None
    return CasePage(
        number=case.number,
        title=case.title,
        subject=case.subject.name if case.subject else "",
        state=Badge(_("待您评价"), "hibiscus") if mine else state_told(case, machine),
        turn=turn,
        late=late,
        acts=forms,
        moments=moments(case, base, outside=outside),
        opened=figures.moment(case.opened_at),
        comment=comment,
        receipt=receipt,
        refusal=astray.refusal if astray else "",
        left=astray.left if astray else (),
        outside=outside,
    )


def judges(machine: Machine, one: reads.Possible) -> bool:
    """Whether an act is somebody's judgement of the result: it closes the case by what they say."""
    action = machine.procedure.actions.get(one.name) if one.kind == "action" else None
    closing = action.closure if action else None
    return closing is not None and any(rule.when for rule in closing.rules)


def act_forms(
    case: Case,
    acts: Sequence[reads.Possible],
    hand: Hand,
    at: datetime,
    *,
    base: str,
    sent: Sent | None = None,
) -> list[ActForm]:
    """The acts as forms: a judgement first, and open; what is asked again open too."""
    machine = machine_of(case.procedure)
    ordered = sorted(acts, key=lambda one: not judges(machine, one))
    judged = bool(ordered) and judges(machine, ordered[0])
    other = next((one for one in ordered[1:] if judged and new_cycle(machine, one)), None)
    return [
        act_form(
            case,
            one,
            hand,
            at,
            url=f"{base}act/{one.key}/",
            sent=sent,
            main=judges(machine, one),
            note=_("问题还没有解决的，不要在这里评价，请用下面的“%s”") % other.label
            if other and judges(machine, one)
            else "",
        )
        for one in ordered
    ]


def new_cycle(machine: Machine, one: reads.Possible) -> bool:
    """Whether an act begins the work anew."""
    action = machine.procedure.actions.get(one.name) if one.kind == "action" else None
    return action is not None and any(call.name == "new_cycle" for call in action.effects)


def moments(case: Case, base: str, *, outside: bool) -> list[Moment]:
    """What happened, the newest first."""
    return [
        Moment(
            when=figures.brief(told.event.recorded_at),
            label=told.label,
            who=told.who,
            said=told.said,
            files=[file_card(f"{base}files/{file.pk}/", file) for file in told.files],
            state=told.to_label,
        )
        for told in reversed(reads.timeline(case, outside=outside))
    ]


def my_case_url(case: Case) -> str:
    return reverse("my_case", args=[case.pk])
