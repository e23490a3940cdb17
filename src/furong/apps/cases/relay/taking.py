"""Letters become cases: one by one, each once, whatever is sent again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.cases.actions import AlreadyThere, open_case
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, ProcedureVersion
from furong.apps.cases.relay.letters import Letter
from furong.apps.cases.relay.planning import Planned, Verdict
from furong.apps.registry.models import Subject

OPENING = "relay"
"""The opening by which procedures take in what another system has."""

SYSTEM = 40
"""Characters of a system's name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows. refused: those that were not taken in, and why."""

    opened: tuple[Case, ...] = ()
    here: int = 0
    refused: tuple[tuple[Letter, str], ...] = ()


def relay(
    letter: Letter,
    system: str,
    *,
    subject: Subject | None,
    by: Actor,
    at: datetime,
) -> Case:
    """A case of a letter. Raises AlreadyThere with the one that is here, and as `open_case`."""
    machine = _receiving()
    name = system.strip()
    if not name or len(name) > SYSTEM:
        raise Refusal(_("请写明来自哪个系统，如 12345，最多 %d 字") % SYSTEM)
    number = letter.external_number.strip()
    if not number:
        raise Refusal(_("没有来件编号"))
    form = machine.view.items(machine.procedure.openings[OPENING].form)
    asked = {getattr(item, "field", "") for item in form}
    given = {
        "title": letter.title,
        "details": letter.details,
        "external_number": number,
        "contact_person": letter.contact_person,
    }
    return open_case(
        machine.procedure.procedure,
        OPENING,
        subject=subject,
        answers={key: value for key, value in given.items() if key in asked and value},
        external=(name, number),
        occurred_at=letter.occurred_at,
        by=by,
        at=at,
    )


def take_over(planned: Iterable[Planned], system: str, *, by: Actor, at: datetime) -> Taken:
    """Opens a case for each new letter, in a transaction of its own. The same file again opens none."""
    opened, refused, here = [], [], 0
    for one in planned:
        if one.verdict is Verdict.HERE:
            here += 1
        if one.verdict is not Verdict.NEW:
            continue
        try:
            opened.append(relay(one.letter, system, subject=one.subject, by=by, at=at))
        except AlreadyThere:
            here += 1
        except Refusal as refusal:
            refused.append((one.letter, str(refusal)))
    return Taken(tuple(opened), here, tuple(refused))


def _receiving() -> Machine:
    """The procedure that takes letters in: the first by code that has the opening."""
    codes = ProcedureVersion.objects.values_list("code", flat=True).distinct()
    for code in sorted(set(codes)):
        version = ProcedureVersion.objects.latest_of(code)
        if version is not None and OPENING in (machine := machine_of(version)).procedure.openings:
            return machine
    raise Refusal(_("没有接收热线来件的办理流程，请在内容包里写明“relay”登记方式"))
