"""Finding the subjects that the rows of a table are about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.registry.identifiers import blinded, must_be_verified, shown
from furong.apps.registry.mandate import Mandate
from furong.apps.registry.mapping import NAME, NUMBER
from furong.apps.registry.models import Identifier, Subject
from furong.apps.registry.rowreading import Key, Reading
from furong.packs.models.kinds import Kind


@dataclass(frozen=True, slots=True)
class Match:
    """The subject of a row, None where it is new, and those of its numbers that are not known yet."""

    subject: Subject | None
    new_numbers: dict[str, str]


def match_subjects(readings: Sequence[Reading], kind: Kind, mandate: Mandate) -> list[Match]:
    """One match a row. What prevents a match is added to the row's problems.

    A number decides; without one, or where it is not known yet, the exact name does, provided that
    one subject alone bears it and has no other number of that scheme. Natural persons are never
    found by name. A subject outside the importer's mandate is never a row's match.
    """
    by_key = _subjects_by_key(readings, kind, mandate)
    found = [subject for same in by_key.values() for subject in same]
    schemes, open_to = _schemes_held(found), mandate.open_among(found)
    return [_match(reading, kind, by_key, schemes, open_to, mandate) for reading in readings]


def _match(
    reading: Reading,
    kind: Kind,
    by_key: dict[Key, list[Subject]],
    schemes: dict[Subject, set[str]],
    open_to: set[UUID],
    mandate: Mandate,
) -> Match:
    numbers = [key for key in reading.naming() if key[0] != NAME]
    found = {subject for key in numbers for subject in by_key.get(key, ())}
    new = {s: v for s, v in reading.identifiers.items() if (s, v) not in by_key}
    for number in numbers:
        if any(subject.pk not in open_to for subject in by_key.get(number, ())):
            mandate.refuse_held_elsewhere(
                reading, must_be_verified(shown(number[1], personal=kind.personal))
            )
            return Match(None, {})
    if len(found) > 1:
        owners = _("、").join(sorted(str(subject) for subject in found))
        reading.refuse(_("同一行的几个号码分属不同对象：%s；请核对证照后改正") % owners)
    elif not found and reading.number:
        reading.refuse(_("没有编号为 %s 的对象；请核对编号，或改填名称和证照号码") % reading.number)
    elif not found and kind.personal and not numbers:
        reading.refuse(_("没有证件号码，无法确认是哪一位；请补填证件号码"))
    elif not found:
        same = [
            one for one in by_key.get((NAME, reading.name), ()) if not schemes[one] & new.keys()
        ]
        if len(same) > 1:
            reading.refuse(
                _("有 %d 个同名对象，无法确认是哪一个；请补填证照号码或对象编号") % len(same)
            )
        found = set(same)
    if not found and not reading.name:
        reading.refuse(_("没有名称，也没有已登记的号码；请至少补填一项"))
    subject = next(iter(found)) if len(found) == 1 else None
    if subject and subject.kind != kind.id:
        reading.refuse(_("该号码属于另一类对象：%s；请核对号码，或按那一类导入") % subject)
    return Match(subject, new)


def _subjects_by_key(
    readings: Sequence[Reading], kind: Kind, mandate: Mandate
) -> dict[Key, list[Subject]]:
    """The subjects by every number and name that the rows give.

    A number of a scheme is looked for everywhere, since it names one subject; public numbers and
    names within the mandate alone.
    """
    found: dict[Key, list[Subject]] = defaultdict(list)
    written = {
        (scheme, blinded(scheme, value) if kind.personal else value): (scheme, value)
        for reading in readings
        for scheme, value in reading.identifiers.items()
    }
    held = Identifier.objects.filter(
        valid_to=None,
        scheme__in={scheme for scheme, _stored in written},
        value__in=[stored for _scheme, stored in written],
    )
    for one in held.select_related("subject__street"):
        if (key := written.get((one.scheme, one.value))) is not None:
            found[key].append(one.subject)
    current = mandate.subjects.current().select_related("street")
    for subject in current.filter(number__in={reading.number for reading in readings}):
        found[NUMBER, subject.number].append(subject)
    if not kind.personal:
        for subject in current.filter(kind=kind.id, name__in={r.name for r in readings}):
            found[NAME, subject.name].append(subject)
    return found


def _schemes_held(subjects: Sequence[Subject]) -> dict[Subject, set[str]]:
    held: dict[Subject, set[str]] = {subject: set() for subject in subjects}
    by_id = {subject.pk: subject for subject in held}
    live = Identifier.objects.filter(subject__in=subjects, valid_to=None)
    for subject_id, scheme in live.values_list("subject_id", "scheme"):
        held[by_id[subject_id]].add(scheme)
    return held
