"""Acts on cases as pages offer them and take them back: the same for every page and every procedure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import answered
from furong.apps.base.journal import Actor
from furong.apps.cases.actions import act, answer, ask
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.doing import Bearer
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.models import Case
from furong.apps.cases.reads import Possible, possible
from furong.apps.directory.models import User
from furong.faces.web.access import Request
from furong.faces.web.forms import KEPT, PREFIX, Entered, Form
from furong.faces.web.posting import act_once


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand acts on a page. by: as the verbs know it; owner: whose uploads come back to it.

    actor: in whose name files are stored and keys are kept.
    """

    by: User | Bearer
    owner: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Sent:
    """An act that was sent and not done. key: which one; request: whose answer it is, by id.

    lost: what was written, where its form stands open no longer.
    """

    key: str
    request: str = ""
    entered: Entered | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    closure: str = ""
    lost: Sequence[str] = ()


def hand_of(user: User) -> Hand:
    return Hand(user, str(user.pk), user)


def form_of(case: Case, one: Possible, hand: Hand) -> Form:
    return Form(machine_of(case.procedure), one.items, hand.owner, case, case.subject)


def send(
    request: Request, case: Case, key: str, hand: Hand, *, decided_by: User | None = None
) -> Sent | None:
    """Does what a form asks. None if it is done; else all that was sent, and what is wrong with it.

    Raises Denied to who may not.
    """
    if answered(request.POST.get("key", ""), by=hand.actor):
        return None
    wanted = request.POST.get("request", "")
    one = next(
        (
            one
            for one in possible(case, hand.by, request.at)
            if one.key == key and (str(one.request.pk) if one.request else "") == wanted
        ),
        None,
    )
    if one is None:
        why = _why_not(case, key, hand, request)
        return Sent(key, wanted, refusal=why, lost=_written(request))
    entered = form_of(case, one, hand).read(
        request.POST, request.FILES, by=hand.actor, at=request.at
    )
    sent = Sent(key, wanted, entered, closure=request.POST.get("closure", ""))
    if entered.problems:
        return Sent(key, wanted, entered, entered.problems)

    def do() -> str:
        return _do(case, one, sent, hand, _revision(request), request.at, decided_by).number

    try:
        act_once(request, do, by=hand.actor)
    except InvalidAnswers as invalid:
        asked = {item.key for item in form_of(case, one, hand).ask()}
        rest = [words for name, words in invalid.problems.items() if name not in asked]
        return Sent(key, wanted, entered, invalid.problems, _("；").join(rest))
    except Refusal as refusal:
        return Sent(key, wanted, entered, refusal=str(refusal), closure=sent.closure)
    return None


def _do(
    case: Case,
    one: Possible,
    sent: Sent,
    hand: Hand,
    revision: int | None,
    at: datetime,
    decided_by: User | None,
) -> Case:
    answers = sent.entered.answers if sent.entered else {}
    if one.request is not None:
        return answer(
            one.request, one.name, answers,
            decided_by=decided_by, revision=revision, by=hand.by, at=at,
        )  # fmt: skip
    if one.kind == "request":
        return ask(case, one.name, answers, revision=revision, by=hand.by, at=at).case
    return act(
        case, one.name, answers,
        closure=sent.closure, decided_by=decided_by, revision=revision, by=hand.by, at=at,
    )  # fmt: skip


def _why_not(case: Case, key: str, hand: Hand, request: Request) -> str:
    """What the verb says to an act that stands open no longer."""
    section, _dot, name = key.partition(".")
    try:
        if section == "actions":
            act(case, name, {}, revision=_revision(request), by=hand.by, at=request.at)
        elif section == "requests":
            ask(case, name, {}, revision=_revision(request), by=hand.by, at=request.at)
    except Refusal as refusal:
        return str(refusal)
    return _("这项请示已经答复或者撤销，请刷新页面")


def _written(request: Request) -> list[str]:
    """The words of a form, for their writer to copy."""
    own = [name for name in request.POST if name.startswith(PREFIX) and not name.endswith(KEPT)]
    return [text for name in own if len(text := request.POST[name].strip()) > 1]


def _revision(request: Request) -> int | None:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() else None
