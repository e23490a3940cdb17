"""Personal values beside the journal: an entry holds commitments, these tables hold the values.

A commitment is SHA-256(salt || canonical value) with a random salt of 32 bytes. Erasing salt and
value leaves an entry that still verifies and tells nothing.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.base import cipher
from furong.apps.base.journal_chain import canonical
from furong.apps.base.journal_check import Finding
from furong.apps.base.models import Entry, PersonalValue

SALT_BYTES = 32


def commit(salt: bytes, value: object) -> str:
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def prepare(entry: Entry, values: Mapping[str, Any]) -> list[PersonalValue]:
    """Rows for `values`, encrypted; fills in the entry's commitments. Saves nothing."""
    rows = []
    for name, value in values.items():
        salt = secrets.token_bytes(SALT_BYTES)
        row = PersonalValue(entry=entry, name=name, salt=salt)
        row.ciphertext = cipher.encrypt(canonical(value), context=row.id.bytes)
        entry.commitments[name] = commit(salt, value)
        rows.append(row)
    return rows


def open_value(row: PersonalValue) -> Any:
    """The value of a row that is not erased; `cipher.Undecipherable` when it does not open."""
    return json.loads(cipher.decrypt(bytes(row.ciphertext), context=row.id.bytes))


def findings(entries: list[Entry], erased: Mapping[UUID, datetime]) -> Iterator[Finding]:
    """What is wrong with the personal values of sealed `entries`.

    `erased`: of every value that the journal says was erased, when.
    """
    rows: dict[UUID, dict[str, PersonalValue]] = defaultdict(dict)
    kept = PersonalValue.objects.filter(entry__in=entries)
    not_erased = set(kept.held().values_list("id", flat=True))
    for row in kept:
        if (row.erased_at is None) != (row.id in not_erased):
            raise ValueError(f"erased_at of {row.id}")
        rows[row.entry_id][row.name] = row
    for entry in entries:
        held = rows[entry.pk]
        for name in sorted({*entry.commitments, *held}):
            trouble = _trouble(entry.commitments.get(name), held.get(name), erased)
            if trouble and entry.position is not None:
                yield Finding(
                    entry.position,
                    "personal",
                    _("第 %(position)s 条的个人信息 %(name)s：%(trouble)s")
                    % {"position": entry.position, "name": name, "trouble": trouble},
                )


def _trouble(
    commitment: str | None, row: PersonalValue | None, erased: Mapping[UUID, datetime]
) -> str | None:
    if row is None:
        return _("值连同它所在的行不见了")
    if commitment is None:
        return _("条目里没有它的承诺值，是后来塞进去的")
    if row.erased_at is None and row.id in erased:
        return _("日志记着已经抹除，值却还在。恢复过备份的，请运行 furong journal reapply")
    if row.erased_at is not None:
        if erased.get(row.id) != row.erased_at:
            return _("被抹除，日志里却没有这一次抹除")
        return _("标为已抹除，值却还在") if row.salt or row.ciphertext else None
    try:
        sound = commit(bytes(row.salt), open_value(row)) == commitment
    except (TypeError, ValueError) as error:
        return _("值解不开：%(error)s") % {"error": error}
    return None if sound else _("值与承诺值不符，被改动过")
