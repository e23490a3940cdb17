"""What will become of each letter: nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.cases.models import Case
from furong.apps.cases.relay.letters import Letter, Letters
from furong.apps.cases.sight import sees
from furong.apps.directory.models import User
from furong.apps.registry.models import Identifier, Subject

ALIKE = 0.6
"""Share of equal pairs of characters above which two headlines are said to look alike."""


class Verdict(StrEnum):
    NEW = "new"
    HERE = "here"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Planned:
    """A letter and its fate. case: the one that is here. alike: what it looks like, in words."""

    letter: Letter
    verdict: Verdict
    subject: Subject | None = None
    case: Case | None = None
    faults: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def plan(letters: Letters, system: str, *, by: User, at: datetime) -> list[Planned]:
    """In the order of the file. A number that stands twice in it is good the first time."""
    rows = letters.rows
    here = _here(system, [one.external_number for one in rows])
    subjects = _subjects([one.subject for one in rows], by, at)
    live = _live({one.pk for found in subjects.values() for one in found})
    seen: dict[str, int] = {}
    told: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    planned = []
    for letter in rows:
        case = here.get(letter.external_number) if letter.external_number else None
        if case is not None:
            known = case if sees(by, case, at) else None
            planned.append(Planned(letter, Verdict.HERE, case=known))
            continue
        found = subjects.get(letter.subject, [])
        faults = [*letter.faults, *_wrong(letter, found, seen)]
        seen.setdefault(letter.external_number, letter.row)
        if faults:
            planned.append(Planned(letter, Verdict.FAULTY, faults=tuple(faults)))
            continue
        (subject,) = found
        others = [*live.get(subject.pk, []), *told[subject.pk]]
        alike = [name for name, title in others if looks_alike(title, letter.title)]
        told[subject.pk].append((_("第 %d 行") % letter.row, letter.title))
        planned.append(Planned(letter, Verdict.NEW, subject, alike=tuple(alike[:3])))
    return planned


def looks_alike(one: str, other: str) -> bool:
    """Whether two headlines share most of their pairs of characters (Jaccard)."""
    a, b = _pairs(one), _pairs(other)
    return bool(a) and len(a & b) / len(a | b) >= ALIKE


def subject_named(name: str, by: User, at: datetime) -> list[Subject]:
    """By id, public number, name or code: those that the person may see."""
    seen = Subject.objects.current().visible_to(by, at)
    try:
        return [*seen.filter(pk=UUID(name))]
    except ValueError:
        return [*seen.filter(number=name)] or _subjects([name], by, at).get(name, [])


def alike_to(subject: Subject, title: str, *, but: UUID) -> list[Case]:
    """Live cases of a subject with a headline that looks like this one."""
    rows = Case.objects.live().filter(subject=subject).exclude(pk=but)
    return [one for one in rows.order_by("-opened_at")[:200] if looks_alike(one.title, title)]


def _pairs(text: str) -> set[str]:
    kept = "".join(sign for sign in text if sign.isalnum())
    return {kept[place : place + 2] for place in range(len(kept) - 1)} or (
        {kept} if kept else set()
    )


def _here(system: str, numbers: Iterable[str]) -> dict[str, Case]:
    rows = Case.objects.filter(external_system=system, external_number__in={*numbers} - {""})
    return {one.external_number: one for one in rows}


def _subjects(names: Sequence[str], by: User, at: datetime) -> Mapping[str, list[Subject]]:
    """By name or code as written: those that the person may see."""
    wanted = {name for name in names if name}
    seen = Subject.objects.current().visible_to(by, at)
    found: dict[str, list[Subject]] = defaultdict(list)
    for one in seen.filter(name__in=wanted):
        found[one.name].append(one)
    codes = Identifier.objects.filter(
        value__in=wanted, valid_to=None, subject__in=seen.values("pk")
    )
    for identifier in codes.select_related("subject"):
        if identifier.subject not in found[identifier.value]:
            found[identifier.value].append(identifier.subject)
    return found


def _live(subjects: set[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    rows = Case.objects.live().filter(subject__in=subjects).order_by("-opened_at")
    for subject, number, title in rows.values_list("subject", "number", "title"):
        found[subject].append((number, title))
    return found


def _wrong(letter: Letter, found: Sequence[Subject], seen: Mapping[str, int]) -> list[str]:
    if letter.external_number in seen:
        return [_("来件编号与第 %d 行相同") % seen[letter.external_number]]
    if not letter.subject:
        return [_("没有企业名称或代码")]
    if not found:
        return [_("没有登记名为“%s”的服务对象，请核对名称，或先登记") % letter.subject[:60]]
    if len(found) > 1:
        return [
            _("名为“%(name)s”的有 %(n)d 家，请写统一社会信用代码")
            % {"name": letter.subject[:60], "n": len(found)}
        ]
    return []
