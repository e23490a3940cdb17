"""Looking at the personal answers of a case: an act of its own, with a reason."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import Case, Event
from furong.apps.cases.reads.one import personal_answers
from furong.apps.cases.sight import sees
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User

REASON = 200
"""Characters of a reason."""


@transaction.atomic
def reveal(event: Event, *, reason: str, by: User, at: datetime) -> dict[str, Any]:
    """The personal answers of an event, by fact and field; what was erased is missing.

    Who has a role in the case may, because who handles it must be able to call. Raises Denied to
    everybody else, who may see it or not, and Refusal without a reason.
    """
    case = event.case
    if not may_reveal(case, by, at):
        raise Denied("case.act")
    why = reason.strip()
    if not why:
        raise Refusal(_("查看个人信息须写明事由"))
    if len(why) > REASON:
        raise Refusal(_("有 %(n)d 字，最多 %(max)d 字") % {"n": len(why), "max": REASON})
    values = personal_answers(event)
    journal.record(
        "case.unmask",
        by=by,
        at=at,
        about=case,
        payload={
            "number": case.number,
            "sequence": event.sequence,
            "reason": why,
            "values": sorted(values),
        },
    )
    return values


def may_reveal(case: Case, by: User, at: datetime) -> bool:
    """Whether the person has a role in the case, which they also see."""
    if not sees(by, case, at):
        return False
    return bool(Parties(machine_of(case.procedure), case, at).standings(by))
