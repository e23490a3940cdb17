"""Planning a call list: whom it would reach, who would call, and nothing is opened yet."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base import cipher, journal
from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import digest_of
from furong.apps.base.ids import uuid7
from furong.apps.base.texts import clean
from furong.apps.cases.calls.drawing import sample, share
from furong.apps.cases.calls.names import PROCEDURE
from furong.apps.cases.calls.population import MOST, Found, Wanted, find
from furong.apps.cases.calls.sight import callers_of
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import CallLine, CallList, ProcedureVersion
from furong.apps.directory.access import require
from furong.apps.directory.models import Organisation, User

PLAN = "calls.plan"
_NAME, _SCRIPT, _SEED, _ORIGIN = 60, 2000, 32, 200
_FACTS = 20


@dataclass(frozen=True, slots=True)
class CallPlan:
    """How a list is to be called. kind: class of the checks; team: code of the unit that calls.

    callers: ids of those who call, all of the team's if left out. percent: of the second entries,
    the procedure's if left out; seed: what they are drawn by, made up if left out.
    """

    title: str
    script: str
    facts: Sequence[str]
    team: str
    kind: str = ""
    callers: Sequence[UUID] = ()
    way: str = CallList.Way.EVEN
    percent: int | None = None
    seed: str = ""
    origin: str = ""


def calling_machine() -> Machine:
    """The procedure under which lists are called. Raises Refusal where it is not installed."""
    version = ProcedureVersion.objects.latest_of(PROCEDURE)
    machine = machine_of(version) if version else None
    if machine is None or machine.procedure.sample is None:
        raise Refusal(_("没有安装带抽样复核的“电话核对”流程，请联系系统管理员安装内容包"))
    return machine


@transaction.atomic
def plan_calls(
    plan: CallPlan,
    wanted: Sequence[Wanted],
    *,
    client_id: UUID | None = None,
    by: User,
    at: datetime,
) -> CallList:
    """Plans a list: every line with its caller or with the reason for which it is left out.

    client_id: made by who may send the same again; the second time the first list is given back.

    Raises Denied to who does not dispatch, InvalidAnswers naming what is wrong with the plan, and
    Refusal where nobody is named, or for an id that stands for another list.
    """
    require(by, "case.dispatch", at=at)
    wanted = [
        replace(one, code=clean(one.code, lines=False), phone=clean(one.phone, lines=False))
        for one in wanted
    ]
    digest = _digest(plan, wanted)
    if client_id is not None and (held := CallList.objects.filter(pk=client_id).first()):
        return _mine(held, digest, by)
    machine = calling_machine()
    made, callers = _checked(machine, plan, by, at)
    if not wanted:
        raise Refusal(_("名单里没有可核对的服务对象，请先筛选，或者上传信用代码"))
    if len(wanted) > MOST:
        raise Refusal(
            _("名单有 %(n)d 户，一份最多 %(most)d 户；请分成几份")
            % {"n": len(wanted), "most": MOST}
        )
    made.pk, made.digest = client_id or uuid7(), digest
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # somebody sent the same at the same moment, and was first
        return _mine(CallList.objects.get(pk=made.pk), digest, by)
    found = find(wanted, kinds=machine.procedure.subject.kinds, by=by, at=at)
    _enter(made, found, callers, by=by, at=at)
    return made


def _digest(plan: CallPlan, wanted: Sequence[Wanted]) -> str:
    """By a key of the installation: a few digits of a number would else be found by trying."""
    sent = digest_of({"plan": _plain(plan), "wanted": [_plain(one) for one in wanted]})
    return cipher.blind(sent, context=PLAN)


def _plain(one: Any) -> dict[str, Any]:
    return {
        key: [clean(str(v)) for v in value]
        if isinstance(value, list | tuple)
        else clean(str(value))
        for key, value in asdict(one).items()
    }


def _mine(held: CallList, digest: str, by: User) -> CallList:
    if held.planned_by_id == by.pk and held.digest == digest:
        return held
    raise Refusal(_("这个编号已经用于另一份名单，请换一个"))


def _checked(
    machine: Machine, plan: CallPlan, by: User, at: datetime
) -> tuple[CallList, list[User]]:
    """The list as it will be, and its callers. Raises InvalidAnswers."""
    problems: dict[str, str] = {}
    title, script = clean(plan.title, lines=False), clean(plan.script)
    for name, text, limit in (("title", title, _NAME), ("script", script, _SCRIPT)):
        if not text:
            problems[name] = _("请填写核对名称") if name == "title" else _("请填写话术")
        elif len(text) > limit:
            problems[name] = _("有 %(n)d 字，最多 %(max)d 字") % {"n": len(text), "max": limit}
    classes = machine.procedure.classes
    kind = plan.kind or next(iter(classes))
    if kind not in classes:
        problems["kind"] = _("请选择：%s") % _("、").join(classes.values())
    facts = [*dict.fromkeys(plan.facts)]
    if wrong := _bad_facts(machine, facts):
        problems["facts"] = wrong
    if plan.way not in CallList.Way.values:
        problems["way"] = _("请选择：%s") % _("、").join(map(str, CallList.Way.labels))
    percent = machine.procedure.sample if plan.percent is None else plan.percent
    assert percent is not None
    if not 0 <= percent <= 100:
        problems["percent"] = _("复核比例请填 0 到 100 的整数")
    seed = clean(plan.seed, lines=False) or secrets.token_hex(8)
    if len(seed) > _SEED:
        problems["seed"] = _("有 %(n)d 字，最多 %(max)d 字") % {"n": len(seed), "max": _SEED}
    code = clean(plan.team, lines=False)
    team = Organisation.objects.filter(code=code, withdrawn=False).select_related("zone").first()
    if team is None:
        problems["team"] = _("没有这个单位，请从列表中选择")
    callers = _callers(team, plan.callers, percent, problems, at) if team else []
    if problems:
        raise InvalidAnswers(problems)
    assert team is not None
    made = CallList(
        procedure=PROCEDURE, title=title, kind=kind, script=script, facts=facts, team=team,
        way=plan.way, percent=percent, seed=seed, origin=clean(plan.origin, lines=False)[:_ORIGIN],
        planned_by=by, planned_at=at,
    )  # fmt: skip
    return made, callers


def _bad_facts(machine: Machine, facts: Sequence[str]) -> str:
    """What is asked about is declared, carried by something that can be called, and not personal."""
    known = machine.known
    askable = {key for kind in machine.procedure.subject.kinds for key in known.kind(kind).facts}
    if not facts:
        return _("请选择核对哪些信息")
    if len(facts) > _FACTS:
        return _("选了 %(n)d 项，一次最多核对 %(max)d 项") % {"n": len(facts), "max": _FACTS}
    if unknown := [key for key in facts if key not in askable]:
        return _("没有这些信息：%s；请从列表中选择") % _("、").join(unknown)[:100]
    if personal := [key for key in facts if known.is_personal(key)]:
        labels = _("、").join(machine.facts[key].label for key in personal)
        return _("个人信息不在电话里核对：%s；请去掉") % labels
    return ""


def _callers(
    team: Organisation,
    wanted: Sequence[UUID],
    percent: int,
    problems: dict[str, str],
    at: datetime,
) -> list[User]:
    every = callers_of(team, at)
    name = team.short or team.name
    if not every:
        problems["team"] = _("%s没有可以拨打的经办人员，请先授权，或换一个单位") % name
        return []
    ids = set(wanted)
    if ids - {one.pk for one in every}:
        problems["callers"] = _("所选人员中有的不是%s的经办人员，请重新选择") % name
    if percent > 0 and len(every) < 2:
        problems["percent"] = (
            _("复核要由另一人拨打，%s只有一名经办人员；请把比例改为 0，或换一个单位") % name
        )
    return [one for one in every if not ids or one.pk in ids]


def _enter(
    made: CallList, found: Sequence[Found], callers: Sequence[User], *, by: User, at: datetime
) -> None:
    """The lines, and one journal entry that seals the numbers that a file brought."""
    good = [one for one in found if one.subject and not one.why]
    drawn = sample(
        (one.subject.number for one in good if one.subject), seed=made.seed, percent=made.percent
    )
    streets = [str(one.subject.street_id or "") for one in good if one.subject]
    givens = iter(share(streets, callers, "street" if made.way == "street" else "even"))
    phones = {str(place): one.phone for place, one in enumerate(found) if one.phone and not one.why}
    entry = journal.record(
        PLAN,
        by=by,
        at=at,
        about=made,
        payload={
            "title": made.title,
            "team": made.team.code,
            "lines": len(found),
            "called": len(good),
            "percent": made.percent,
            "seed": made.seed,
            "origin": made.origin,
        },
        personal=phones,
    )
    sealed: Mapping[str, UUID] = dict(entry.personal_values.values_list("name", "pk"))
    CallLine.objects.bulk_create(
        [
            CallLine(
                list=made,
                place=place,
                given=one.given,
                subject=one.subject,
                caller=None if one.why else next(givens),
                phone_id=None if one.why else sealed.get(str(place), one.sealed),
                sampled=bool(one.subject and not one.why and one.subject.number in drawn),
                state=CallLine.State.LEFT_OUT if one.why else CallLine.State.WAITING,
                why=one.why,
            )
            for place, one in enumerate(found)
        ],
        batch_size=500,
    )
