"""What goes back to the other system: how its letters stand, in the order of the journal.

The cursor is the journal's position, which is given after commit: who has read up to one has missed
nothing below it, whatever was under way meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from furong.apps.cases.engine.history import History
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.models import Case, Event
from furong.apps.cases.reads.one import told_outside
from furong.apps.directory.models import User
from furong.apps.registry.exporting import write_table

MOST = 500


@dataclass(frozen=True, slots=True)
class Status:
    """How a letter stood after an act. answer: what may be told outside, in words.

    position: of the journal; closure: its code, "" while the case is live.
    """

    position: int
    case: Case
    act: str
    label: str
    state: str
    state_label: str
    category: str
    closure: str
    closure_label: str
    answer: str
    recorded_at: datetime


def statuses(
    user: User, at: datetime, *, since: int = 0, system: str = "", limit: int = MOST
) -> list[Status]:
    """Changes of letters that the person may see, sealed after a position; the oldest first.

    An act that may not be told outside is told without its words.
    """
    seen = Case.objects.visible_to(user, at).exclude(external_number="")
    if system:
        seen = seen.filter(external_system=system)
    rows = Event.objects.filter(case__in=seen.values("pk"), entry__position__gt=since)
    rows = rows.select_related(
        "case__procedure", "case__subject", "entry", "by", "organisation", "proxy", "request"
    ).prefetch_related("files")
    return [_status(one) for one in rows.order_by("entry__position")[:limit]]


def _status(event: Event) -> Status:
    history = History.of(event.case)
    machine, told = history.machine(event), told_outside(history, event)
    state = machine.state(event.to_state)
    return Status(
        position=event.entry.position or 0,
        case=event.case,
        act=event.act,
        label=told.label if told else "",
        state=event.to_state,
        state_label=state.label,
        category=state.category,
        closure=event.closure,
        closure_label=machine.procedure.closures.get(event.closure, ""),
        answer=_("；").join(words for _label, words in told.said) if told else "",
        recorded_at=event.recorded_at,
    )


def statuses_book(found: Iterable[Status], *, title: str) -> bytes:
    """An xlsx file to send back: the last status of each letter, and the last words for outside."""
    last: dict[object, Status] = {}
    words: dict[object, str] = {}
    for one in found:
        last[one.case.pk] = one
        words[one.case.pk] = one.answer or words.get(one.case.pk, "")
    headings = [
        _("来件系统"), _("来件编号"), _("本区编号"), _("对象"), _("事由"), _("状态"), _("办结情形"),
        _("答复"), _("时间"),
    ]  # fmt: skip
    rows = (
        [
            one.case.external_system,
            one.case.external_number,
            one.case.number,
            one.case.subject.name if one.case.subject else "",
            one.case.title,
            one.state_label,
            one.closure_label,
            words[key],
            f"{one.recorded_at.astimezone(_zone(one)):%Y-%m-%d %H:%M}",
        ]
        for key, one in last.items()
    )
    return write_table(headings, rows, "xlsx", title=title)


def _zone(one: Status) -> ZoneInfo:
    return machine_of(one.case.procedure).calendar.zoneinfo
