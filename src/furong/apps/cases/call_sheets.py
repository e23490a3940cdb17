"""The results of a call list as a file: one line a row, without any number that was called."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import clock, journal
from furong.apps.cases.calls import names
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import CallLine, CallList, Case, Event
from furong.apps.cases.reads.agreement import pair_of
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.registry.exporting import ExportCell, write_table
from furong.apps.registry.models import Identifier
from furong.apps.registry.values import from_plain
from furong.engines.rules import show_value


@transaction.atomic
def export_calls(made: CallList, *, title: str, by: User, at: datetime) -> bytes:
    """What became of every line (xlsx). Raises Denied to who does not run the list."""
    if not CallList.objects.run_by(by, at).filter(pk=made.pk).exists():
        raise Denied("case.dispatch")
    lines = made.lines.select_related(
        "subject__street", "caller", "case__procedure", "case__subject"
    )
    rows = [*lines.order_by("place")]
    journal.record("calls.export", by=by, at=at, about=made, payload={"lines": len(rows)})
    machine = next((machine_of(one.case.procedure) for one in rows if one.case), None)
    facts = machine.facts if machine else {}
    asked = [key for key in made.facts if key in facts]
    heads = [
        _("名单行"), _("编号"), _("名称"), _("统一社会信用代码"), _("街道"), _("外呼人员"),
        _("名单状态"), _("不外呼原因"), _("件号"), _("状态"), _("办结情形"), _("拨打次数"),
        _("最后拨打"), _("通话结果"), _("与登记信息一致"),
        *(facts[key].label for key in asked),
        _("有问题需要协调"), _("需要协调什么"), _("抽中复核"), _("复核与首次一致"),
    ]  # fmt: skip
    return write_table(heads, _rows(rows, asked, machine), "xlsx", title=title)


def _rows(
    lines: Sequence[CallLine], asked: Sequence[str], machine: Machine | None
) -> Iterator[list[ExportCell]]:
    codes = _codes(lines)
    events: dict[object, list[Event]] = {}
    cases = [one.case_id for one in lines if one.case_id]
    for start in range(0, len(cases), 500):
        held = Event.objects.filter(case__in=cases[start : start + 500], act__in=names.CALLS)
        for event in held.order_by("case", "sequence"):
            events.setdefault(event.case_id, []).append(event)
    for line in lines:
        subject, calls = line.subject, events.get(line.case_id, [])
        yield [
            line.place + 1,
            subject.number if subject else None,
            subject.name if subject else line.given or None,
            codes.get(line.subject_id) if subject else None,
            subject.street.name if subject and subject.street else None,
            line.caller.name if line.caller else None,
            str(line.get_state_display()),
            line.reason or None,
            *_of_case(line.case, calls, asked, machine),
            _("是") if line.sampled else _("否"),
            _agrees(line.case, calls) if line.sampled and line.case else None,
        ]


def _codes(lines: Sequence[CallLine]) -> dict[object, str]:
    """Credit codes, of those that are not natural persons."""
    ids = [one.subject_id for one in lines if one.subject and not one.subject.personal]
    found: dict[object, str] = {}
    for start in range(0, len(ids), 500):
        rows = Identifier.objects.filter(
            subject__in=ids[start : start + 500], scheme="uscc", valid_to=None
        )
        found |= dict(rows.values_list("subject_id", "value"))
    return found


def _of_case(
    case: Case | None, calls: Sequence[Event], asked: Sequence[str], machine: Machine | None
) -> list[ExportCell]:
    if case is None or machine is None:
        return [None] * (9 + len(asked))
    blind = bool(machine.state(case.state).blind)
    facts: dict[str, Any] = {} if blind else case.facts
    found: dict[str, Any] = {} if blind else case.fields.get(names.FOUND) or {}
    last = calls[-1].recorded_at if calls else None
    return [
        case.number,
        machine.state(case.state).label,
        machine.procedure.closures.get(case.closure),
        len(calls),
        f"{last.astimezone(clock.zone()):%Y-%m-%d %H:%M}" if last else None,
        _("双录中") if blind else _shown(machine, names.RESULT, facts),
        _shown(machine, "record_agrees", facts),
        *(_shown(machine, key, found) for key in asked),
        _shown(machine, "needs_help", facts),
        None if blind else case.fields.get("problem"),
    ]


def _shown(machine: Machine, key: str, values: dict[str, Any]) -> ExportCell:
    value = values.get(key)
    if value is None or isinstance(value, dict):
        return None
    fact = machine.facts[key]
    return show_value(fact, from_plain(fact, value))


def _agrees(case: Case, calls: Sequence[Event]) -> ExportCell:
    both = pair_of(case, calls)
    if both is None:
        return None
    return _("是") if both.agrees else _("否")
