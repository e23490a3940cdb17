"""Opening a case: by who raises it, or by the system."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.ids import uuid7
from furong.apps.base.journal import Actor
from furong.apps.cases.actions.acting import ask
from furong.apps.cases.engine.clocks import Clocks
from furong.apps.cases.engine.doing import Ask, Bearer, Doing
from furong.apps.cases.engine.known import Known
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.performing import go_on, perform, write
from furong.apps.cases.engine.permitting import permit
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import Case, ProcedureVersion
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.apps.registry.sight import merged_away


class AlreadyThere(Refusal):
    """A case with this external number was opened before. case: that one."""

    def __init__(self, message: str, case: Case) -> None:
        self.case = case
        super().__init__(message)


@transaction.atomic
def open_case(
    procedure: str,
    opening: str,
    *,
    subject: Subject | None,
    answers: Mapping[str, Any] | None = None,
    kind: str = "",
    sensitive: bool = False,
    client_id: UUID | None = None,
    external: tuple[str, str] | None = None,
    occurred_at: datetime | None = None,
    by: Actor | Bearer,
    at: datetime,
) -> Case:
    """Opens a case by one of the openings of its procedure's latest version.

    kind: its class, where the form does not ask it; the procedure's first, if left out. client_id:
    made by a client that may send the same again, for instance after a broken network: the second
    time the first case is given back. external: system and number under which another has it; one
    that is here already is given back by AlreadyThere.

    Raises Denied to who may not, InvalidAnswers, and Refusal as the procedure says.
    """
    if client_id is not None and (held := Case.objects.filter(pk=client_id).first()):
        return _mine(held, by)
    machine, version = _latest(procedure)
    _refuse_external_twice(external)
    case = _blank(version, machine, subject, opening, kind, by=by, at=at)
    if client_id is not None:
        case.pk = client_id
    case.sensitive = sensitive
    case.occurred_at = occurred_at or at
    if external is not None:
        case.external_system, case.external_number = external
    asked = Ask(f"openings.{opening}", answers or {}, occurred_at=occurred_at)
    doing = Doing(
        machine=machine,
        case=case,
        act=machine.act(asked.key),
        ask=asked,
        by=by,
        at=at,
        parties=Parties(machine, case, at, assignments=[]),
        clocks=Clocks(machine, case, at),
        known=Known(machine, case),
        requests=[],
    )
    permit(doing)
    try:
        with transaction.atomic():  # so that a double takes nothing along, its number neither
            perform(doing)
    except IntegrityError:  # somebody sent the same at the same moment, and was first
        if client_id is not None and (held := Case.objects.filter(pk=client_id).first()):
            return _mine(held, by)
        _refuse_external_twice(external)
        raise
    go_on(doing)
    write(doing)
    return doing.case


@transaction.atomic
def open_asking(
    procedure: str,
    opening: str,
    request: str,
    *,
    subject: Subject | None,
    answers: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
    kind: str = "",
    client_id: UUID,
    occurred_at: datetime | None = None,
    by: User,
    at: datetime,
) -> Case:
    """Opens a case and puts a request about it (吹哨) at once: both or neither, and once a client_id.

    asked: the answers to the request's form. Raises as `open_case` and `ask`.
    """
    case = open_case(
        procedure,
        opening,
        subject=subject,
        answers=answers,
        kind=kind,
        client_id=client_id,
        occurred_at=occurred_at,
        by=by,
        at=at,
    )
    if not case.requests.filter(name=request).exists():
        ask(case, request, asked, by=by, at=at)
        case.refresh_from_db()
    return case


def open_by_system(
    procedure: str,
    opening: str,
    *,
    subject: Subject | None,
    answers: Mapping[str, Any],
    at: datetime,
) -> Case:
    """As `open_case`, for an effect: answers that the opening's form does not ask are left out."""
    machine, _version = _latest(procedure)
    form = machine.procedure.openings[opening].form
    asked = {getattr(item, "field", None) for item in machine.view.items(form)}
    kept = {name: value for name, value in answers.items() if name in asked}
    return open_case(procedure, opening, subject=subject, answers=kept, by="cases", at=at)


def _latest(procedure: str) -> tuple[Machine, ProcedureVersion]:
    version = ProcedureVersion.objects.latest_of(procedure)
    if version is None:
        raise Refusal(_("没有安装“%s”这个办理流程，请联系系统管理员") % procedure)
    return machine_of(version), version


def _blank(
    version: ProcedureVersion,
    machine: Machine,
    subject: Subject | None,
    opening: str,
    kind: str,
    *,
    by: Actor | Bearer,
    at: datetime,
) -> Case:
    one = machine.procedure
    _refuse_subject(machine, subject, by=by, at=at)
    declared = one.openings.get(opening)
    given = kind or (declared.kind if declared and declared.kind else next(iter(one.classes)))
    if given not in one.classes:
        raise Refusal(_("请选择类别：%s") % _("、").join(one.classes.values()))
    return Case(
        pk=uuid7(),
        procedure=version,
        subject=subject,
        title=one.title,
        kind=given,
        opening=opening,
        opened_by=by if isinstance(by, User) else None,
        opened_at=at,
        occurred_at=at,
    )


def _refuse_subject(
    machine: Machine, subject: Subject | None, *, by: Actor | Bearer, at: datetime
) -> None:
    wanted = machine.procedure.subject
    if subject is None:
        if wanted.required:
            raise Refusal(_("请先选择所涉的企业、楼宇或工地"))
        return
    if subject.merged_into_id is not None:
        raise Refusal(merged_away(subject, to=by if not isinstance(by, Bearer) else "link", at=at))
    if subject.kind not in wanted.kinds:
        labels = _("、").join(machine.known.kind(kind).label for kind in wanted.kinds)
        raise Refusal(
            _("“%(title)s”只受理：%(labels)s")
            % {"title": machine.procedure.title, "labels": labels}
        )


def _mine(held: Case, by: Actor | Bearer) -> Case:
    """The case of an id that was used before: only to who used it."""
    if isinstance(by, User) and held.opened_by_id == by.pk:
        return held
    raise Refusal(_("这个编号已经用过，请重新登记"))


def _refuse_external_twice(external: tuple[str, str] | None) -> None:
    if external is None:
        return
    system, number = external
    held = Case.objects.filter(external_system=system, external_number=number).first()
    if held is not None:
        raise AlreadyThere(
            _("%(system)s的来件 %(number)s 已经登记为 %(held)s，不再重复登记")
            % {"system": system, "number": number, "held": held.number},
            held,
        )
