"""Acts on cases as pages offer them and take them back: the same for every page and every procedure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import answered
from furong.apps.base.journal import Actor
from furong.apps.cases import reads
from furong.apps.cases.actions import act, answer, ask
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.doing import Bearer
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.permitting import NotNow
from furong.apps.cases.models import Case, Event
from furong.apps.cases.reads import Possible
from furong.apps.directory.access import Denied, may
from furong.apps.directory.models import User
from furong.faces.web.access import Request
from furong.faces.web.forms import Entered, Form
from furong.faces.web.posting import act_once
from furong.faces.web.presenters.asked import Asked


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

    problems: by question. stale: where the case went on meanwhile, the refusal that knows since when.
    left: what was entered, for its writer to take along.
    """

    key: str
    request: str = ""
    entered: Entered | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    closure: str = ""
    decided_by: str = ""
    stale: NotNow | None = None
    left: Sequence[Asked] = ()


def hand_of(user: User) -> Hand:
    return Hand(user, str(user.pk), user)


def offered(case: Case, key: str, hand: Hand, at: datetime, request: str = "") -> Possible | None:
    """The act as the hand may do it now; None where it may not, or not any more.

    request: the id of the request that it answers, where that is known.
    """
    found = [one for one in reads.possible(case, hand.by, at) if one.key == key]
    if request:
        found = [one for one in found if one.request and str(one.request.pk) == request]
    return found[0] if found else None


def form_of(case: Case, one: Possible, hand: Hand, at: datetime) -> Form:
    machine, proof = machine_of(case.procedure), ""
    if one.proxy:
        act_, declared = machine.act(one.key), machine.procedure
        holder = declared.requests[act_.request] if act_.request else declared.actions[act_.name]
        proof = holder.proxy.shows if holder.proxy else ""
    return Form(
        machine, one.items, hand.owner, case, case.subject, sees=_sees(case, hand, at), proof=proof
    )


def _sees(case: Case, hand: Hand, at: datetime) -> bool:
    """Whether the hand may know what the registry knows of the subject."""
    if case.subject is None or not isinstance(hand.by, User):
        return False
    return may(hand.by, "subject.view", at=at, on=case.subject)


def form_known(case: Case, key: str, hand: Hand) -> Form:
    """The form of an act that stands open no longer; 404 for what the procedure does not know."""
    machine = machine_of(case.procedure)
    try:
        one = machine.act(key)
    except Refusal as unknown:
        raise Http404 from unknown
    return Form(machine, machine.view.items(one.form), hand.owner, case, case.subject, sees=False)


def send(request: Request, case: Case, key: str, hand: Hand) -> Sent | None:
    """Does what a form asks. None if it is done; else all that was sent, and what is wrong with it.

    Raises Denied to who may not, and never might.
    """
    if answered(request.POST.get("key", ""), by=hand.actor):
        return None
    wanted = request.POST.get("request", "") or request.GET.get("request", "")
    one = offered(case, key, hand, request.at, wanted)
    form = form_of(case, one, hand, request.at) if one else form_known(case, key, hand)
    entered = form.read(request.POST, request.FILES, by=hand.actor, at=request.at)
    sent = Sent(
        key,
        wanted,
        entered,
        closure=request.POST.get("closure", ""),
        decided_by=request.POST.get("decided_by", ""),
    )
    if one is not None and (wrong := _lacking(case, one, sent, request.at)):
        return replace(sent, problems=wrong)

    def do() -> str:
        return _do(case, key, one, sent, hand, _revision(request), request.at).number

    try:
        act_once(request, do, by=hand.actor)
    except InvalidAnswers as invalid:
        asked = {item.key for item in form.ask(entered)} | {"closure", "decided_by"}
        rest = [words for name, words in invalid.problems.items() if name not in asked]
        return replace(sent, problems=invalid.problems, refusal=_("；").join(rest))
    except NotNow as stale:
        return replace(sent, refusal=str(stale), stale=stale, left=form.left(entered))
    except Denied:
        if (since := _since(request, case)) is None:
            raise
        told = _("本件已不由您办理，未保存；您填写的内容列在下面，可以复制")
        return replace(sent, refusal=told, stale=NotNow(told, since), left=form.left(entered))
    except Refusal as refusal:
        if one is not None:
            return replace(sent, refusal=str(refusal))
        told = str(refusal)
        return replace(sent, refusal=told, stale=NotNow(told), left=form.left(entered))
    return None


def _since(request: Request, case: Case) -> list[Event] | None:
    """What others did meanwhile: who may not act now may have been able to before. None: nothing."""
    seen = _revision(request)
    if seen is None or seen >= case.revision:
        return None
    return [*case.events.filter(sequence__gt=seen)]


def _lacking(case: Case, one: Possible, sent: Sent, at: datetime) -> dict[str, str]:
    """What can be told before the verb is asked."""
    wrong = dict(sent.entered.problems) if sent.entered else {}
    if one.closures and sent.closure not in one.closures:
        wrong["closure"] = _("请选择办结情形")
    if one.proxy and _decider(case, one, sent, at) is None:
        wrong["decided_by"] = _("请选择批示人")
    return wrong


def _decider(case: Case, one: Possible | None, sent: Sent, at: datetime) -> User | None:
    """Whose decision is entered from paper: one of those who could have made it."""
    if one is None or not one.proxy:
        return None
    people = reads.deciders(case, one.key, at)
    return next((user for user in people if str(user.pk) == sent.decided_by), None)


def _do(
    case: Case,
    key: str,
    one: Possible | None,
    sent: Sent,
    hand: Hand,
    revision: int | None,
    at: datetime,
) -> Case:
    answers = sent.entered.answers if sent.entered else {}
    section, name, *rest = key.split(".")
    decided_by = _decider(case, one, sent, at)
    if section == "answers":
        held = [each for each in case.requests.all() if str(each.pk) == sent.request]
        asked = one.request if one else next(iter(held), None)
        if asked is None:
            raise Http404
        return answer(
            asked, rest[0], answers,
            decided_by=decided_by, revision=revision, by=hand.by, at=at,
        )  # fmt: skip
    if section == "requests":
        return ask(case, name, answers, revision=revision, by=hand.by, at=at).case
    return act(
        case, name, answers,
        closure=sent.closure, decided_by=decided_by, revision=revision, by=hand.by, at=at,
    )  # fmt: skip


def _revision(request: Request) -> int | None:
    """The last event that the form's reader saw."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 9 else None
