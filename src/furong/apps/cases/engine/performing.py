"""The steps of an act, in the one transaction that it has.

Order: the case is locked → may this person, in this state? → the answers are read and recorded (the
subject's facts in the registry, the rest on the case) → what must be known is → guards → one journal
entry and one event → state and clocks → effects in order → what has become automatic. If anything
refuses, nothing has happened. Words to people are kept with the act and told after commit.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.base import journal, timers
from furong.apps.base.compiled import Kept, Reading, insert, update
from furong.apps.base.errors import Refusal
from furong.apps.base.journal_chain import canonical
from furong.apps.cases.engine.answers import Answers, InvalidAnswers, plain_facts, read_answers
from furong.apps.cases.engine.clocks import Done
from furong.apps.cases.engine.doing import Ask, Bearer, Doing
from furong.apps.cases.engine.handlers import effect_of, guard_of
from furong.apps.cases.engine.machine import Machine, key_of
from furong.apps.cases.engine.numbers import next_number
from furong.apps.cases.engine.roles import Standing
from furong.apps.cases.models import Case, Event, Request, Step, Telling
from furong.apps.cases.models.case import Category
from furong.apps.directory.models import User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.sources import sources_open_to
from furong.packs.models.procedures import BACK, Action, AsksField, Call, Closing
from furong.packs.models.replies import left_open
from furong.packs.procedures import Act

TIMER = "cases.case"
"""One timer a case: what is to be told, and the next rung."""

_MOST_AUTOMATIC = 10


def perform(doing: Doing) -> None:
    """Does an act that may be done: from the answers to the effects. The case is locked."""
    _read(doing)
    _check(doing)
    _record(doing)
    _move(doing)
    _effects(doing, doing.act.effects)
    _settle_requests(doing)
    doing.follow_clocks()


def _read(doing: Doing) -> None:
    if doing.ask.silent:
        doing.answers = Answers(fields=_silence(doing))
        return
    doing.answers = read_answers(
        doing.machine,
        doing.act.form,
        doing.ask.answers,
        case=doing.case,
        known=doing.known,
        by=doing.by if isinstance(doing.by, User) else None,
        at=doing.at,
    )
    if not doing.act.opens:  # others' words are taken as they come
        _require_filled(doing.machine, doing.act, doing.answers)
    claimed = doing.ask.occurred_at
    if claimed is not None and claimed > doing.at:
        raise Refusal(_("所填的发生时间晚于现在，请核对手机或电脑的时间"))
    _require_original(doing)


def _require_filled(machine: Machine, act: Act, answers: Answers) -> None:
    """Texts that a template gave go out whole, and not with its blanks."""
    problems = {}
    for name, one in machine.view.fields(act).items():
        if one.type == "text" and (gaps := left_open(str(answers.fields.get(name, "")))):
            told = _("、").join(gaps[:3])
            problems[name] = _("%(label)s：尚有空白未填（%(gaps)s），请补充完整后再提交") % {
                "label": one.label,
                "gaps": told,
            }
    if problems:
        raise InvalidAnswers(problems)


def _silence(doing: Doing) -> dict[str, Any]:
    """What stands where a person's words would."""
    items = doing.machine.view.items(doing.act.form)
    return {
        item.field: _("超时未答复")
        for item in items
        if isinstance(item, AsksField) and item.type == "text" and item.required
    }


def _require_original(doing: Doing) -> None:
    """Who enters another's decision shows the paper."""
    if doing.ask.decided_by is None:
        return
    one = doing.machine.procedure
    act = doing.act
    holder = one.requests[act.request] if act.request else one.actions[act.name]
    assert holder.proxy is not None
    if not doing.answers.fields.get(holder.proxy.shows):
        raise Refusal(_("代为录入的，请上传批示或签发件的原件"))


def _check(doing: Doing) -> None:
    action = _action(doing)
    if action is not None:
        facts = doing.known.with_answers(doing.answers)
        unknown = [key for key in action.requires if facts.get(key) is None]
        if unknown:
            labels = _("、").join(doing.machine.facts[key].label for key in unknown)
            raise Refusal(_("缺少信息：%s；请先填写") % labels)
    for call in doing.act.guards:
        if (why := refusal_of(doing, call)) is not None:
            raise Refusal(why)


def _action(doing: Doing) -> Action | None:
    is_action = doing.act.path[0] == "actions"
    return doing.machine.procedure.actions[doing.act.name] if is_action else None


def refusal_of(doing: Doing, call: Call) -> str | None:
    """Why a guard refuses; None where it passes."""
    if call.name != "any_of":
        return guard_of(call.name)(doing, call.given)
    told = []
    for one in call.given:
        ((name, given),) = one.items()
        if (why := refusal_of(doing, Call(name, given))) is None:
            return None
        told.append(why)
    return told[-1]


def _record(doing: Doing) -> None:
    """The answers, one journal entry and one event."""
    case, answers = doing.case, doing.answers
    _state(doing)
    if doing.act.opens:
        _enter(doing)
    plain = plain_facts(doing.machine, answers.facts)
    case.revision += 1
    closure = _closure(doing)
    to_state = _target(doing)
    fields = {k: v for k, v in answers.fields.items() if k not in answers.personal}
    facts = {k: v for k, v in plain.items() if k not in answers.personal}
    doing.entry = journal.record(
        "case.act",
        by=doing.by if not isinstance(doing.by, Bearer) else "link",
        at=doing.at,
        occurred_at=doing.ask.occurred_at,
        about=case,
        payload={
            "number": case.number,
            "act": key_of(doing.act),
            "sequence": case.revision,
            "cycle": case.cycle,
            "from": case.state,
            "to": to_state,
            "closure": closure,
            "role": doing.standing.role if doing.standing else "",
            "unit": doing.unit.code if doing.unit else "",
            "decided_by": doing.ask.decided_by.pk if doing.ask.decided_by else None,
            "bearer": doing.by.label if isinstance(doing.by, Bearer) else "",
            "facts": facts,
            "fields": _digest(fields),
            "files": [file.sha256 for file in answers.files],
        },
        personal={
            **{k: plain[k] for k in plain if k in answers.personal},
            **{k: v for k, v in answers.fields.items() if k in answers.personal},
        },
    )
    doing.event = Event(
        case=case,
        sequence=case.revision,
        act=key_of(doing.act),
        cycle=case.cycle,
        from_state="" if doing.act.opens else case.state,
        to_state=to_state,
        closure=closure,
        by=doing.user,
        role=doing.standing.role if doing.standing else "",
        organisation=doing.unit,
        proxy=doing.by if doing.ask.decided_by and isinstance(doing.by, User) else None,
        bearer=doing.by.label if isinstance(doing.by, Bearer) else "",
        request=doing.request,
        facts=facts,
        fields=fields,
        personal=sorted(answers.personal),
        occurred_at=doing.ask.occurred_at or doing.at,
        recorded_at=doing.at,
        entry=doing.entry,
    )
    insert([doing.event])
    if answers.files:
        doing.event.files.set(answers.files)
    _keep(doing, facts, fields)


def _enter(doing: Doing) -> None:
    """A new case gets its number and its row: after the subject's facts, whose locks come first."""
    case, machine = doing.case, doing.machine
    case.number = next_number(machine.procedure.number, doing.at, machine.calendar.zoneinfo)
    case.state = doing.act.to[0]
    case.category = machine.state(case.state).category
    insert([case])
    doing.kept = Kept(case)


def _digest(fields: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the words, which are too long for the journal and may name people."""
    return hashlib.sha256(canonical(dict(fields))).hexdigest() if fields else ""


def _state(doing: Doing) -> None:
    """The subject's facts go to the registry, in the name of the actor's capacity."""
    stated, subject = doing.answers.stated, doing.case.subject
    if not stated or subject is None:
        return
    source = "liaison"
    if isinstance(doing.by, User):
        mine = sources_open_to(doing.by, subject, at=doing.at)
        if not mine:
            labels = _("、").join(doing.machine.facts[key].label for key in stated)
            raise Refusal(_("您不能填报这家企业的“%s”，请交联络员或街道填报") % labels)
        source = str(mine[0])
    state_facts(
        subject,
        stated,
        source=source,
        cited=doing.case.number,
        occurred_at=doing.ask.occurred_at,
        by=doing.by if not isinstance(doing.by, Bearer) else "link",
        at=doing.at,
    )


def _keep(doing: Doing, facts: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """On the case: the last value of each fact and field."""
    case, answers = doing.case, doing.answers
    assert doing.entry is not None
    sealed = (
        {row.name: {"sealed": str(row.pk)} for row in doing.entry.personal_values.all()}
        if answers.personal
        else {}
    )
    case.facts = {**case.facts, **facts, **{k: v for k, v in sealed.items() if k in answers.facts}}
    case.fields = {**case.fields, **fields}
    case.title = fields.get("title") or case.title
    kind = _class_of(doing)
    if kind and kind != case.kind:
        assert doing.event is not None
        case.kind = kind
        doing.clocks.reclassify(to=doing.event.to_state, answered=doing.request)
    doing.known.forget()
    answers_read = Answers(fields=answers.fields, personal=answers.personal, files=answers.files)
    doing.answers = answers_read  # its facts are known now


def _class_of(doing: Doing) -> str:
    fields = doing.machine.view.fields(doing.act)
    return next(
        (
            str(doing.answers.fields[name])
            for name, one in fields.items()
            if one.type == "class" and name in doing.answers.fields
        ),
        "",
    )


def _closure(doing: Doing) -> str:
    action = _action(doing)
    closing: Closing | None = action.closure if action else None
    if closing is None:
        return ""
    if closing.choices:
        if doing.ask.closure not in closing.choices:
            known = doing.machine.procedure.closures
            raise Refusal(
                _("请选择办结情形：%s") % _("、").join(known[code] for code in closing.choices)
            )
        return doing.ask.closure
    return next(rule.code for rule in closing.rules if rule.when is None or doing.holds(rule.when))


def _target(doing: Doing) -> str:
    case, act = doing.case, doing.act
    if act.path[0] == "actions" and doing.machine.procedure.actions[act.name].to == BACK:
        return case.suspended_from
    return act.to[0] if act.to else case.state


def _move(doing: Doing) -> None:
    """The state, and with it category, closing and clocks."""
    case = doing.case
    assert doing.event is not None
    to = doing.event.to_state
    before, after = case.category, Category(doing.machine.state(to).category)
    if after == Category.SUSPENDED and before != Category.SUSPENDED:
        case.suspended_from = case.state
    case.state, case.category = to, after
    if after == Category.CLOSED:
        case.closed_at = case.closed_at if before == Category.CLOSED else doing.at
        case.closure = doing.event.closure or case.closure
    else:
        case.closed_at, case.closure = None, ""
    if doing.request is not None and doing.act.request:
        _answer(doing, doing.request)
    doing.follow_clocks()


def _answer(doing: Doing, request: Request) -> None:
    request.answer, request.settled_at = doing.act.name, doing.at
    request.answered_by = doing.user
    request.silent = doing.user is None and not isinstance(doing.by, Bearer)
    update([request], "answer", "settled_at", "answered_by", "silent")


def _effects(doing: Doing, calls: Sequence[Call]) -> None:
    for call in calls:
        effect_of(call.name)(doing, call.given)


def _settle_requests(doing: Doing) -> None:
    """A request that is pending when the case leaves the states in which it may be asked is withdrawn."""
    for request in doing.requests:
        asked = doing.machine.procedure.requests.get(request.name)
        if request.settled_at is None and (asked is None or doing.case.state not in asked.during):
            request.settled_at = doing.at
            update([request], "settled_at")


def go_on(doing: Doing) -> None:
    """What has become automatic is done, until nothing is."""
    for _turn in range(_MOST_AUTOMATIC):
        nxt = next((one for one in _automatic(doing) if _passes(doing, one)), None)
        if nxt is None:
            return
        follow = step_of(doing, key_of(nxt))
        follow.standing = Standing("system")
        perform(follow)
        doing.said += follow.said


def _automatic(doing: Doing) -> list[Act]:
    actions = doing.machine.procedure.actions
    return [
        act
        for _key, act in doing.machine.acts_in(doing.case.state)
        if act.path[0] == "actions" and actions[act.name].auto
    ]


def _passes(doing: Doing, act: Act) -> bool:
    probe = step_of(doing, key_of(act))
    return all(refusal_of(probe, call) is None for call in act.guards)


def step_of(doing: Doing, key: str, *, occurred_at: datetime | None = None) -> Doing:
    """Another act of the system on the same locked case, in the same transaction."""
    return Doing(
        machine=doing.machine,
        case=doing.case,
        act=doing.machine.act(key),
        ask=Ask(key, occurred_at=occurred_at),
        by="cases",
        at=doing.at,
        parties=doing.parties,
        clocks=doing.clocks,
        known=doing.known,
        requests=doing.requests,
        kept=doing.kept,
    )


def run_effects(doing: Doing, calls: Sequence[Call]) -> None:
    """The effects of a rung."""
    _effects(doing, calls)


_UNTOLD = Reading(
    lambda case: Telling.objects.filter(case=case, told_at=None).values_list("pk")[:1], "case"
)
_DONE = Reading(
    lambda case: Step.objects.filter(clock__case=case, clock__running=True).values_list(
        "clock_id", "rung"
    ),
    "case",
)


def done_steps(case: Case) -> Done:
    """The rungs of the case's running clocks that fell already."""
    return set(_DONE.all(case=case.pk))


def write(doing: Doing) -> None:
    """The case, its clocks and its words; and the timer that goes on from here."""
    doing.clocks.refresh()
    doing.clocks.save()
    assert doing.kept is not None, "a case has its row once an act is done"
    doing.kept.save()
    insert(doing.said)
    appoint(doing)


def appoint(doing: Doing) -> None:
    """The case's timer: at once where somebody is to be told, else at the next rung.

    Also words of an act before this one, which the worker has not come to.
    """
    if doing.said or _UNTOLD.all(case=doing.case.pk):
        due: datetime | None = doing.at
    else:
        due = doing.clocks.next_fall(done_steps(doing.case))
    if due is None:
        timers.cancel(TIMER, str(doing.case.pk))
    else:
        timers.schedule(TIMER, str(doing.case.pk), due_at=max(due, doing.at))
