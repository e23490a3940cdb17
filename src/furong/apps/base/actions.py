"""Verbs of `base` that have no narrower home: installing a pack, personal values of the journal."""

import json
import os
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal, retention
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.journal_chain import instant
from furong.apps.base.journal_tables import ERASE
from furong.apps.base.models import Entry, Installation, PersonalValue
from furong.apps.base.models.personal import PersonalValueQuerySet
from furong.apps.base.personal import open_value

_PARAMETERS = 500  # values in one statement


class BadErasureList(Refusal):
    """A line of the list of erasures does not name a value."""


@transaction.atomic
def install(
    *,
    pack: str,
    version: str,
    digest: str,
    timezone: str,
    currency: str,
    district: str,
    short: str,
    demo: bool,
    by: Actor,
    at: datetime,
) -> Installation:
    """Make this the installation of a district, or move it to another version of its pack."""
    installation, _created = Installation.objects.update_or_create(
        pk=1,
        defaults={
            "pack": pack,
            "version": version,
            "digest": digest,
            "timezone": timezone,
            "currency": currency,
            "district": district,
            "short": short,
            "demo": demo,
            "applied_at": at,
        },
    )
    journal.record(
        "pack.apply",
        by=by,
        at=at,
        about=installation,
        payload={"pack": pack, "version": version, "digest": digest, "demo": demo},
    )
    retention.begin(at)
    return installation


@transaction.atomic
def reveal(entry: Entry, *, reason: str, by: Actor, at: datetime) -> dict[str, Any]:
    """The personal values of an entry that are not erased, by name. Looking is an act as well."""
    values = {row.name: open_value(row) for row in entry.personal_values.held()}
    journal.record(
        "personal.view",
        by=by,
        at=at,
        about=(entry.about_type, entry.about_id),
        payload={"entry": entry.id, "names": set(values), "reason": reason},
    )
    return values


@transaction.atomic
def erase(
    values: PersonalValueQuerySet,
    *,
    about: models.Model | tuple[str, UUID | str],
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """Destroy personal values, `PersonalValue.objects.about(person)` for one; how many.

    The entries keep their commitments and still verify. Each erasure is also added to the file
    FURONG_ERASURES, so that it can be repeated after a backup from before it was restored.
    """
    doomed = list(values.held().select_for_update(of=("self",)).values_list("id", flat=True))
    if not doomed:
        return 0
    for ids in batched(doomed, _PARAMETERS):
        PersonalValue.objects.filter(id__in=ids).update(salt=b"", ciphertext=b"", erased_at=at)
    journal.record(ERASE, by=by, at=at, about=about, payload={"values": doomed, "reason": reason})
    transaction.on_commit(lambda: _list_erasures(doomed, at))
    return len(doomed)


@transaction.atomic
def reapply_erasures(lines: Iterable[bytes], *, by: Actor, at: datetime) -> int:
    """Erase again what a restored backup brought back; how many. `lines`: those of FURONG_ERASURES."""
    listed = sorted({_listed(line) for line in lines if line.strip()})
    return sum(
        erase(
            PersonalValue.objects.filter(id__in=ids),
            about=("base.erasures", "restored"),
            reason="restored",
            by=by,
            at=at,
        )
        for ids in batched(listed, _PARAMETERS)
    )


def _listed(line: bytes) -> UUID:
    try:
        return UUID(json.loads(line)["value"])
    except (ValueError, TypeError, KeyError, AttributeError):
        shown = line.decode(errors="replace").strip()
        raise BadErasureList(
            _("抹除清单里有读不懂的一行：%s。请对照备份改正，或删去这一行再试") % shown
        ) from None


def _list_erasures(values: list[UUID], at: datetime) -> None:
    path = Path(settings.FURONG_ERASURES)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"value": str(value), "erased_at": instant(at)}) for value in values]
    with path.open("a", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
