"""A case as a phone shows it: whose turn it is, what the reader can do, what happened, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.base.models.stored_file import PASSIVE
from furong.apps.cases import reads
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import Category
from furong.faces.web.case_acts import Hand, Sent, form_of
from furong.faces.web.forms import Asked
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Option, Text


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
class Attached:
    url: str
    name: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    when: str
    label: Text
    who: str
    said: Sequence[tuple[Text, str]]
    files: Sequence[Attached]
    state: str


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act and what it asks. main: what the reader is here for. request: whose answer, by id."""

    key: str
    url: str
    label: Text
    items: Sequence[Asked]
    closures: Sequence[Option]
    once: str
    note: Text = ""
    request: str = ""
    refusal: str = ""
    open: bool = False
    main: bool = False
    proxies: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """The form for words of one's own; words and refusal where it has to be sent again."""

    url: str
    once: str
    words: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class CasePage:
    number: str
    title: str
    subject: str
    state: Badge
    turn: Text
    late: bool
    revision: int
    acts: Sequence[ActForm]
    moments: Sequence[Moment]
    opened: str
    back: str
    comment: Comment | None = None
    receipt: bool = False
    refusal: str = ""
    lost: Sequence[str] = ()
    outside: bool = True


TONES = {Category.OPEN: "blue", Category.SUSPENDED: "violet", Category.CLOSED: "jade"}


def state_badge(case: Case, machine: Machine) -> Badge:
    """The state, and of a closed case how it ended."""
    label = machine.state(case.state).label
    if case.category == Category.CLOSED:
        ended = machine.procedure.closures.get(case.closure, "")
        solved = case.facts.get("confirmed_solved") is True
        label = _("%(state)s · %(closure)s") % {"state": label, "closure": ended}
        return Badge(label, "jade" if solved else "")
    return Badge(label, TONES[Category(case.category)])


def turn_of(case: Case, at: datetime, *, mine: bool = False) -> tuple[Text, bool]:
    """Who has it in hand and until when, in words; and whether that is over."""
    turn = reads.whose_turn(case, at)
    if turn is None:
        return "", False
    who = _("、").join(turn.units) or turn.role
    told = {"who": who, "due": figures.brief(turn.due_at)}
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
    badge = Badge(_("待您评价"), "hibiscus") if mine else state_badge(case, machine)
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
    back: str,
    outside: bool,
    among: Iterable[str] = ("action", "request"),
    sent: Sent | None = None,
    comment: Comment | None = None,
    receipt: bool = False,
) -> CasePage:
    """base: the address of the page. among: the kinds of acts that it offers.

    refusal, lost: of an act that was sent from an older page and cannot be done any more.
    """
    machine = machine_of(case.procedure)
    acts = [
        one for one in reads.possible(case, hand.by, at) if one.kind in set(among) and not one.proxy
    ]
    mine = any(judges(machine, one) for one in acts)
    turn, late = turn_of(case, at, mine=mine)
    forms = act_forms(case, acts, hand, base=base, sent=sent)
    astray = sent if sent and not any(one.refusal == sent.refusal for one in forms) else None
    return CasePage(
        number=case.number,
        title=case.title,
        subject=case.subject.name if case.subject else "",
        state=Badge(_("待您评价"), "hibiscus") if mine else state_badge(case, machine),
        turn=turn,
        late=late,
        revision=case.revision,
        acts=forms,
        moments=moments(case, base, outside=outside),
        opened=figures.moment(case.opened_at),
        back=back,
        comment=comment,
        receipt=receipt,
        refusal=astray.refusal if astray else "",
        lost=astray.lost if astray else (),
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
            base=base,
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


def act_form(
    case: Case,
    one: reads.Possible,
    hand: Hand,
    *,
    base: str,
    sent: Sent | None = None,
    main: bool = False,
    note: Text = "",
) -> ActForm:
    request = str(one.request.pk) if one.request else ""
    mine = sent if sent and (sent.key, sent.request) == (one.key, request) else None
    form = form_of(case, one, hand)
    chosen = mine.closure if mine else ""
    return ActForm(
        key=one.key,
        url=f"{base}act/{one.key}/",
        label=one.label,
        items=form.ask(mine.entered if mine else None, mine.problems if mine else None),
        closures=[Option(code, label, code == chosen) for code, label in one.closures.items()],
        once=uuid4().hex,
        note=note,
        request=request,
        refusal=mine.refusal if mine else "",
        open=main or mine is not None,
        main=main,
    )


def moments(case: Case, base: str, *, outside: bool) -> list[Moment]:
    """What happened, the newest first."""
    return [
        Moment(
            when=figures.brief(told.event.recorded_at),
            label=told.label,
            who=told.who,
            said=told.said,
            files=[
                Attached(f"{base}files/{file.pk}/", file.name, picture=file.media_type in PASSIVE)
                for file in told.files
            ],
            state=told.to_label,
        )
        for told in reversed(reads.timeline(case, outside=outside))
    ]


def my_case_url(case: Case) -> str:
    return reverse("my_case", args=[case.pk])
