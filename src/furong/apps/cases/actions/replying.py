"""Keeping reply templates: made, revised and retired by their unit, put into answers, brought by packs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.models import Entry
from furong.apps.base.texts import clean
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import every_machine
from furong.apps.cases.models import Case, ReplyTemplate, ReplyVersion
from furong.apps.cases.templates import Filled, fill
from furong.apps.cases.units import speaks_for
from furong.apps.directory.access import Capacity, Denied, grants_of
from furong.apps.directory.models import Grant, Organisation, User
from furong.engines.rules.problems import nearest
from furong.packs import Pack
from furong.packs.models.replies import BODY, NAME, PLACEHOLDERS, is_open, normal, unknown_places


class InvalidTemplate(InvalidAnswers):
    """A template cannot be as it is. `problems`: name, body, act, category → what is wrong."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a template says and where it is offered: "" stands for everywhere."""

    name: str
    body: str
    procedure: str = ""
    act: str = ""
    category: str = ""


@transaction.atomic
def make_template(
    unit: Organisation | None, wording: Wording, *, by: User, at: datetime
) -> ReplyTemplate:
    """A unit keeps a text; without a unit, the whole district's.

    Raises Denied to who does not keep that unit's texts, InvalidTemplate naming all that is wrong:
    an unknown placeholder by its name, a name that the unit has already.
    """
    if not may_keep(by, unit, at):
        raise Denied("case.act")
    sound = _checked(wording, unit, None)
    made = ReplyTemplate(unit=unit, changed_at=at)
    return _write(made, sound, "template.make", by=by, at=at)


@transaction.atomic
def revise_template(
    template: ReplyTemplate, wording: Wording, *, version: int, by: User, at: datetime
) -> ReplyTemplate:
    """A new version; version: the one that was read. The same words again change nothing.

    Raises as `make_template`, and Refusal where somebody else revised it meanwhile.
    """
    held = _held(template, by, at)
    if held.retired_at is not None:
        raise Refusal(_("“%s”已停用，请先恢复使用再修改") % held.name)
    if held.version != version:
        raise Refusal(
            _("“%(name)s”在您打开之后已改为第 %(n)d 版，您的修改未保存；请核对新版后再改")
            % {"name": held.name, "n": held.version}
        )
    sound = _checked(wording, held.unit, held)
    if sound == wording_of(held):
        return held
    held.version += 1
    held.changed_at = at
    return _write(held, sound, "template.revise", by=by, at=at)


@transaction.atomic
def retire_template(template: ReplyTemplate, *, by: User, at: datetime) -> ReplyTemplate:
    """It is offered no longer; nothing of it is lost. A second time changes nothing."""
    held = _held(template, by, at)
    if held.retired_at is None:
        held.retired_at = at
        held.save(update_fields=["retired_at"])
        _record("template.retire", held, by=by, at=at)
    return held


@transaction.atomic
def restore_template(template: ReplyTemplate, *, by: User, at: datetime) -> ReplyTemplate:
    """It is offered again. Raises InvalidTemplate where its name was given away meanwhile."""
    held = _held(template, by, at)
    if held.retired_at is not None:
        _checked(wording_of(held), held.unit, held)
        held.retired_at = None
        _save(held)
        _record("template.restore", held, by=by, at=at)
    return held


@transaction.atomic
def use_template(template: ReplyTemplate, case: Case, *, by: User, at: datetime) -> Filled:
    """A template's text for a case, filled in; its use is counted, and that is all that is kept.

    Raises Denied to who may not use it or does not read the case from within, Refusal once it is
    retired.
    """
    if not Case.objects.filter(pk=case.pk).inside_of(by, at).exists():
        raise Denied("case.act")
    usable = ReplyTemplate.objects.usable_by(by, at).select_related("unit")
    if (held := usable.filter(pk=template.pk).first()) is None:
        raise Denied("case.act")
    if held.retired_at is not None:
        raise Refusal(_("“%s”已停用，请另选一个") % held.name)
    ReplyTemplate.objects.filter(pk=held.pk).update(uses=F("uses") + 1, used_at=at)
    return fill(held, case, by, at)


@transaction.atomic
def install_templates(pack: Pack, *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Takes the pack's templates over: which were new, or said something else. Done twice, it changes
    nothing; what the district revised or retired stays as it is.
    """
    changed = []
    for code, one in pack.replies.items():
        unit = Organisation.objects.get(code=one.unit) if one.unit else None
        wording = Wording(
            one.name, normal(one.body), one.procedure or "", one.act or "", one.category or ""
        )
        held = ReplyTemplate.objects.select_for_update().filter(code=code).first()
        if held is None:
            if _named(unit, wording.name, None):
                continue  # the district has one of its own
            held = ReplyTemplate(code=code, unit=unit, changed_at=at)
        elif _own(held) or held.retired_at is not None or wording_of(held) == wording:
            continue
        else:
            held.version, held.changed_at = held.version + 1, at
        _write(held, wording, "template.install", by=by, at=at)
        changed.append(code)
    return tuple(changed)


def may_keep(user: User, unit: Organisation | None, at: datetime) -> bool:
    """Whether a person keeps a unit's texts; the district's are kept by who dispatches in all of it."""
    if unit is not None:
        return speaks_for(user, unit, at)
    held = grants_of(user, at).filter(capacity=Capacity.DISPATCHER, scope_kind=Grant.Scope.ALL)
    return held.exists()


def wording_of(one: ReplyTemplate | ReplyVersion) -> Wording:
    return Wording(one.name, one.body, one.procedure, one.act, one.category)


def _own(held: ReplyTemplate) -> bool:
    """Whether somebody of the district revised what a pack brought."""
    return held.versions.exclude(by=None).exists()


def _held(template: ReplyTemplate, by: User, at: datetime) -> ReplyTemplate:
    held = ReplyTemplate.objects.select_for_update(of=("self",)).select_related("unit__zone")
    found = held.get(pk=template.pk)
    if not may_keep(by, found.unit, at):
        raise Denied("case.act")
    return found


def _named(unit: Organisation | None, name: str, besides: ReplyTemplate | None) -> bool:
    rows = ReplyTemplate.objects.in_use().filter(unit=unit, name=name)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return rows.exists()


def _checked(wording: Wording, unit: Organisation | None, besides: ReplyTemplate | None) -> Wording:
    """The wording as it is kept. Raises InvalidTemplate."""
    name, body = clean(wording.name, lines=False), normal(clean(wording.body))
    problems: dict[str, str] = {}
    if not name:
        problems["name"] = _("请写名称")
    elif len(name) > NAME:
        problems["name"] = _("名称有 %(n)d 字，最多 %(max)d 字") % {"n": len(name), "max": NAME}
    elif _named(unit, name, besides):
        problems["name"] = _same_name(name)
    if not body:
        problems["body"] = _("请写正文")
    elif len(body) > BODY:
        problems["body"] = _("正文有 %(n)d 字，最多 %(max)d 字") % {"n": len(body), "max": BODY}
    elif unknown := unknown_places(body):
        problems["body"] = _unknown(unknown)
    elif is_open(body):
        problems["body"] = _("花括号没有成对，请补上另一半")
    problems |= _where(wording)
    if problems:
        raise InvalidTemplate(problems)
    return Wording(name, body, wording.procedure, wording.act, wording.category)


def _unknown(names: list[str]) -> str:
    told = _("、").join(f"{{{name}}}" for name in names)
    known = _("、").join(f"{{{name}}}" for name in PLACEHOLDERS)
    hint = nearest(names[0], PLACEHOLDERS) if len(names) == 1 else ""
    return _("没有占位符 %(unknown)s。%(hint)s可用的：%(known)s") % {
        "unknown": told,
        "hint": hint,
        "known": known,
    }


def _where(wording: Wording) -> dict[str, str]:
    """What is wrong with where it is to be offered."""
    machines = [*every_machine().values()]
    problems: dict[str, str] = {}
    mine = [one for one in machines if one.procedure.procedure == wording.procedure]
    if wording.procedure and not mine:
        problems["act"] = _("没有“%s”这个流程") % wording.procedure
    acts = {name for one in mine for name in (*one.procedure.actions, *one.procedure.requests)}
    if wording.act and wording.act not in acts:
        problems["act"] = _("没有“%s”这个办理动作，请从列表中选择") % wording.act
    values = {value for one in machines for fact in one.own_facts.values() for value in fact.values}
    if wording.category and wording.category not in values:
        problems["category"] = _("没有“%s”这个类别，请从列表中选择") % wording.category
    return problems


def _write(
    held: ReplyTemplate, wording: Wording, verb: str, *, by: Actor, at: datetime
) -> ReplyTemplate:
    held.name, held.body = wording.name, wording.body
    held.procedure, held.act, held.category = wording.procedure, wording.act, wording.category
    _save(held)
    entry = _record(verb, held, by=by, at=at)
    ReplyVersion.objects.create(
        template=held,
        number=held.version,
        name=held.name,
        procedure=held.procedure,
        act=held.act,
        category=held.category,
        body=held.body,
        by=by if isinstance(by, User) else None,
        made_at=at,
        entry=entry,
    )
    return held


def _save(held: ReplyTemplate) -> None:
    """Raises InvalidTemplate where somebody took the name at the same moment."""
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError as taken:
        raise InvalidTemplate({"name": _same_name(held.name)}) from taken


def _same_name(name: str) -> str:
    return _("已有同名的模板“%s”，请换一个名称") % name


def _record(verb: str, held: ReplyTemplate, *, by: Actor, at: datetime) -> Entry:
    return journal.record(
        verb,
        by=by,
        at=at,
        about=held,
        payload={
            "name": held.name,
            "unit": held.unit.code if held.unit else "",
            "version": held.version,
            "body": hashlib.sha256(held.body.encode()).hexdigest(),
        },
    )
