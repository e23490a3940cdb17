"""What the event by which a case came to a newer version of its procedure says, in words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Event


def migration_words(machine: Machine, event: Event) -> list[tuple[str, str]]:
    """Label → words: the versions, the limits that changed, what ended with the old version."""
    return [*_said(machine, event.fields)]


def _said(machine: Machine, made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield (
        _("版本"),
        _("办理流程第 %(from)d 版改为第 %(to)d 版") % {"from": made["from"], "to": made["to"]},
    )
    for label, before, after in made["dues"]:
        told = {"before": _moment(machine, before), "after": _moment(machine, after)}
        yield label, _("%(before)s 改为 %(after)s") % told
    if made["withdrawn"]:
        yield _("随之撤销的请示"), _("、").join(made["withdrawn"])
    if made["waived"]:
        yield _("不再承办的单位"), _("、").join(made["waived"])


def _moment(machine: Machine, moment: str | None) -> str:
    if moment is None:
        return _("不计时")
    return words.shown_moment(datetime.fromisoformat(moment), machine.calendar.zoneinfo)
