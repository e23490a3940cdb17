"""Taking zones and organisations over from a pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from furong.apps.base import journal
from furong.apps.directory.models import LOCAL, Declared, Organisation, Zone
from furong.packs import Origin, Pack


@dataclass(frozen=True, slots=True)
class Synced:
    """Codes of what a pack added, changed and no longer declares."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


@transaction.atomic
def sync_zones(pack: Pack, *, by: journal.Actor, at: datetime) -> Synced:
    """Makes the zones what the pack declares; local ones are kept. Done twice, it changes nothing."""
    fields = {code: {"name": zone.name, "kind": zone.kind} for code, zone in pack.zones.items()}
    synced = _sync_rows(Zone.objects.all(), fields, pack.origins["zones"])
    zones = {zone.code: zone for zone in Zone.objects.all()}
    for code, declared in pack.zones.items():
        _place(zones[code], "parent", zones.get(declared.parent or ""))
        zones[code].overlaps.add(*(zones[other] for other in declared.overlaps))
    _record("zones.sync", pack, synced, by=by, at=at)
    return synced


@transaction.atomic
def sync_organisations(pack: Pack, *, by: journal.Actor, at: datetime) -> Synced:
    """Makes the organisations what the pack declares; local ones are kept. Zones come first."""
    fields = {
        code: {"name": one.name, "kind": one.kind, "short": one.short, "cited": one.source}
        for code, one in pack.organisations.items()
    }
    synced = _sync_rows(Organisation.objects.all(), fields, pack.origins["organisations"])
    zones = {zone.code: zone for zone in Zone.objects.all()}
    organisations = {one.code: one for one in Organisation.objects.all()}
    for code, declared in pack.organisations.items():
        _place(organisations[code], "parent", organisations.get(declared.parent or ""))
        _place(organisations[code], "zone", zones.get(declared.zone or ""))
    _record("organisations.sync", pack, synced, by=by, at=at)
    return synced


def _sync_rows[M: Declared](
    rows: models.QuerySet[M],
    declared: Mapping[str, Mapping[str, Any]],
    origins: Mapping[Any, Origin],
) -> Synced:
    """Rows by code, without their references to each other."""
    held = {row.code: row for row in rows.select_for_update()}
    added, changed, withdrawn = [], [], []
    for code, fields in declared.items():
        wanted = {**fields, "origin": str(origins[code]), "withdrawn": False}
        if (row := held.get(code)) is None:
            rows.create(code=code, **wanted)
            added.append(code)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            _update(row, wanted)
            changed.append(code)
    for code, row in held.items():
        if code not in declared and row.origin != LOCAL and not row.withdrawn:
            _update(row, {"withdrawn": True})
            withdrawn.append(code)
    return Synced(tuple(added), tuple(changed), tuple(withdrawn))


def _update(row: Declared, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _place(row: Declared, name: str, other: Declared | None) -> None:
    if getattr(row, f"{name}_id") != (other and other.pk):
        _update(row, {name: other})


def _record(verb: str, pack: Pack, synced: Synced, *, by: journal.Actor, at: datetime) -> None:
    if synced != Synced():
        journal.record(
            verb,
            by=by,
            at=at,
            about=("pack", pack.manifest.id),
            payload={
                "version": pack.manifest.version,
                "added": synced.added,
                "changed": synced.changed,
                "withdrawn": synced.withdrawn,
            },
        )
