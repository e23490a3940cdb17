"""Single statements in words: what was said, by whom, when, about which period."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.directory.models import Membership
from furong.apps.registry import reads as registry
from furong.apps.registry.models import FactEntry, Source
from furong.apps.registry.values import from_plain
from furong.engines.rules import Fact
from furong.faces.web.presenters import figures

OFFICIAL = {Source.DEPARTMENT, Source.REGISTER, Source.STATISTICS}
"""Sources in whose name an office speaks: it is named in their place."""


def value_of(entry: FactEntry, fact: Fact) -> str:
    """The value as a page shows it; masked where it is personal."""
    if entry.sealed_id:
        return "******"
    if entry.value is None:
        return _("撤回")
    return registry.shown(fact, from_plain(fact, entry.value))


def period_of(entry: FactEntry) -> str:
    """The day or the span that it is about; "" for how things are."""
    if entry.about_from != entry.about_to:
        return figures.window(entry.about_from, entry.about_to)
    return figures.day(entry.about_to)


def offices(entries: Iterable[FactEntry]) -> dict[UUID, str]:
    """The offices of those who made the statements, by person, from one query."""
    people = {one.reporter_id for one in entries if one.reporter_id}
    held = Membership.objects.filter(user__in=people, valid_to=None).order_by("valid_from")
    return {
        one.user_id: one.organisation.short or one.organisation.name
        for one in held.select_related("organisation")
    }


def whence(entry: FactEntry, named: Mapping[UUID, str]) -> str:
    """来自 2020年2月20日 韭菜园街道填报 · 陈经办."""
    office = named.get(entry.reporter_id, "") if entry.reporter_id else ""
    speaks = office and entry.source in OFFICIAL
    who = _("%s填报") % office if speaks else str(entry.get_source_display())
    day = figures.day(timezone.localdate(entry.occurred_at))
    told = _("来自 %(day)s %(who)s") % {"day": day, "who": who}
    name = entry.reporter.name if entry.reporter else ""
    return " · ".join(filter(None, [told, name, entry.cited]))
