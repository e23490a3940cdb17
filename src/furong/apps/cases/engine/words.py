"""What a text says of a case: its placeholders filled in, with the words that people read."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import gettext as _

from furong.apps.cases.models import Assignment
from furong.apps.directory.models import Organisation, User
from furong.apps.registry.models import Subject

if TYPE_CHECKING:
    from furong.apps.cases.engine.doing import Doing

_PLACE = re.compile(r"\{(\w+)\}")


def render(doing: "Doing", text: str, *, due: datetime | None = None) -> str:
    """A text with its placeholders filled in. due: of a certain clock; else of the state."""
    return _PLACE.sub(lambda found: _fill(doing, found[1], due), text)


def _fill(doing: "Doing", name: str, due: datetime | None) -> str:
    case, zone = doing.case, doing.machine.calendar.zoneinfo
    own = doing.machine.view.fields(doing.act)
    if name in own and (value := doing.value(name)) is not None:
        return spoken(value, own[name].type, zone)
    match name:
        case "number":
            return case.number
        case "title":
            return case.title
        case "subject":
            return named(case.subject)
        case "state":
            return doing.machine.state(case.state).label
        case "due":
            moment = due or doing.clocks.last_due()
            return shown_due(moment, zone) if moment else _("（时限未定）")
        case "unit":
            return _units(doing)
        case "leader":
            return doing.user.name if doing.user else ""
        case "link":
            return path_of(case.pk)
    field = doing.machine.view.every_field.get(name)
    value = case.fields.get(name)
    return "" if value is None or field is None else spoken(value, field.type, zone)


def path_of(case: object) -> str:
    """Where a case is found on the platform."""
    return f"/cases/{case}/"


def named(subject: Subject | None) -> str:
    return subject.name if subject else _("（不涉及具体对象）")


def _units(doing: "Doing") -> str:
    """Who holds the case: the first kind of assignment that the procedure declares, else all."""
    first = next(iter(doing.machine.procedure.assignments), "")
    held: list[Assignment] = doing.holding(first) or [*doing.parties.assignments]
    if doing.unit is not None and not held:
        return str(doing.unit)
    return _("、").join(dict.fromkeys(unit_name(one.organisation) for one in held)) or _("有关单位")


def unit_name(organisation: Organisation) -> str:
    return organisation.short or organisation.name


def shown_due(moment: datetime, zone: ZoneInfo) -> str:
    """As a limit: the midnight that ends a day is that day's 24:00."""
    if moment.astimezone(zone).time() != time.min:
        return shown_moment(moment, zone)
    return shown_moment(moment - timedelta(days=1), zone).replace("00:00", "24:00")


def shown_moment(moment: datetime, zone: ZoneInfo) -> str:
    return dateformat.format(moment.astimezone(zone), _("n月j日 H:i"))


def spoken(value: Any, kind: str, zone: ZoneInfo) -> str:
    """A field's answer in words."""
    match kind:
        case "moment":
            return shown_moment(datetime.fromisoformat(value), zone)
        case "organisation" | "organisations":
            codes = value if isinstance(value, list) else [value]
            names = _organisations(codes)
            return _("、").join(names.get(code, str(code)) for code in codes)
        case "person" | "people":
            ids = value if isinstance(value, list) else [value]
            people = {str(one.pk): one.name for one in User.objects.filter(pk__in=ids)}
            return _("、").join(people.get(one, "") for one in ids)
        case "files":
            return _("%d 个文件") % len(value)
        case _:
            return _("、").join(map(str, value)) if isinstance(value, list) else str(value)


def _organisations(codes: list[str]) -> Mapping[str, str]:
    rows = Organisation.objects.filter(code__in=codes)
    return {one.code: unit_name(one) for one in rows}
