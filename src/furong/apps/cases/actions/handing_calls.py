"""Handing what a caller has left to others: somebody falls ill, and their firms are still called."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import cycle
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.cases.actions.opening_calls import held_for_running
from furong.apps.cases.calls.names import LEFT
from furong.apps.cases.calls.sight import callers_of
from furong.apps.cases.models import CallLine, CallList
from furong.apps.directory.models import User

GONE = (CallList.Stage.WITHDRAWING, CallList.Stage.WITHDRAWN)


@transaction.atomic
def hand_over_calls(
    made: CallList, caller: UUID, to: Collection[UUID], *, by: User, at: datetime
) -> int:
    """Shares out what a caller still has to call, in the list's order; how many were handed over.

    caller, to: ids. Who is to be called again is handed over too, with the time that was agreed; what
    has its result stays. A second time there is nothing left, which is refused.

    Raises Denied to who does not run the list, Refusal saying why nothing can be handed over.
    """
    held = held_for_running(made, by, at)
    if held.stage in GONE:
        raise Refusal(_("“%s”已经撤回，不用再转交") % held.title)
    others = _others(held, caller, to, at)
    lines = [*held.lines.filter(LEFT, caller=caller).order_by("place")]
    if not lines:
        raise Refusal(_("这名外呼人员没有待拨打的，不用转交"))
    for line, other in zip(lines, cycle(others), strict=False):
        line.caller = other
    CallLine.objects.bulk_update(lines, ["caller"], batch_size=500)
    journal.record(
        "calls.hand_over",
        by=by,
        at=at,
        about=held,
        payload={
            "title": held.title,
            "from": str(caller),
            "to": [str(one.pk) for one in others],
            "lines": len(lines),
        },
    )
    return len(lines)


def _others(held: CallList, caller: UUID, to: Collection[UUID], at: datetime) -> Sequence[User]:
    """Who takes the calls over, by name. Raises Refusal unless all of them call for the team."""
    wanted = {*to} - {caller}
    if not wanted:
        raise Refusal(_("请选择转交给谁"))
    others = [one for one in callers_of(held.team, at) if one.pk in wanted]
    if len(others) < len(wanted):
        name = held.team.short or held.team.name
        raise Refusal(_("所选人员中有的不是%s的经办人员，请重新选择") % name)
    return others
