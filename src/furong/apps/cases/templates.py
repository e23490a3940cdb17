"""Which reply templates are offered where, and what their places are filled in with."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import dateformat, translation
from django.utils.translation import gettext as _

from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, Clock, ReplyTemplate
from furong.apps.cases.units import units_of
from furong.apps.directory.models import Organisation, User
from furong.packs.models.replies import PLACEHOLDERS, filled, left_open, marked, with_blanks
from furong.packs.triage import FACT


@dataclass(frozen=True, slots=True)
class Filled:
    """A text for a case. missing: what is still to be written in, as it stands in the text."""

    text: str
    missing: tuple[str, ...]


def offered(case: Case, key: str, user: User, at: datetime) -> list[ReplyTemplate]:
    """The templates for an act on a case, as `Possible.key` names it: the nearest to it first."""
    procedure, category = case.procedure.code, str(case.facts.get(FACT) or "")
    name = key.split(".")[1]  # of an answer, the request's
    rows = ReplyTemplate.objects.in_use().usable_by(user, at).select_related("unit")
    rows = rows.filter(procedure__in=["", procedure], act__in=["", name])
    rows = rows.filter(category__in=["", category])
    return sorted(rows, key=_nearness)


def _nearness(one: ReplyTemplate) -> tuple[object, ...]:
    return (not one.act, not one.category, one.unit is None, -one.uses, one.name)


def fill(template: ReplyTemplate, case: Case, user: User, at: datetime) -> Filled:
    """The text in the district's own language, whichever the reader's is."""
    with translation.override(settings.LANGUAGE_CODE):
        known = dict(zip(PLACEHOLDERS, _known(template, case, user, at), strict=True))
        values = {name: known[name] or marked(name) for name in PLACEHOLDERS}
    text = with_blanks(filled(template.body, values))
    return Filled(text, tuple(left_open(text)))


def _known(
    template: ReplyTemplate, case: Case, user: User, at: datetime
) -> tuple[str, str, str, str, str, str, str, str, str]:
    """What stands for each of PLACEHOLDERS, in their order; "" where it is not known."""
    machine = machine_of(case.procedure)
    zone = machine.calendar.zoneinfo
    due = _due(case)
    category = machine.facts.get(FACT)
    values = category.values if category is not None else {}
    return (
        case.number,
        case.title,
        case.subject.name if case.subject else "",
        str(values.get(str(case.facts.get(FACT)), "")),
        _holders(machine, case),
        _own_unit(template, case, user, at),
        words.shown_due(due, zone) if due else "",
        _day(case.opened_at.astimezone(zone)),
        _day(at.astimezone(zone)),
    )


def _due(case: Case) -> datetime | None:
    """When the case must be resolved by; else when its next limit is."""
    rows = Clock.objects.filter(case=case, name="resolve", assignment=None, request=None)
    clock = rows.filter(cycle=case.cycle).first()
    return (clock.due_at if clock else None) or case.due_at


def _holders(machine: Machine, case: Case) -> str:
    held = case.assignments.held().filter(kind__in=machine.counting_kinds)
    names = [one.organisation.name for one in held.select_related("organisation")]
    return _("、").join(dict.fromkeys(names))


def _own_unit(template: ReplyTemplate, case: Case, user: User, at: datetime) -> str:
    """The unit for which the person writes: the template's, else theirs that holds the case."""
    if template.unit is not None:
        return template.unit.name
    mine = units_of(user, at)
    holding = {*case.assignments.held().values_list("organisation_id", flat=True)}
    first: Organisation | None = next((one for one in mine if one.pk in holding), None)
    chosen = first or next(iter(mine), None)
    return chosen.name if chosen else ""


def _day(moment: datetime) -> str:
    return dateformat.format(moment, _("Y年n月j日"))
