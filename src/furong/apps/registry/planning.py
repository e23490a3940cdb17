"""Judging the rows of a table before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.directory.models import User
from furong.apps.registry.actions import Completion, NewSubject, Statement, foresee
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.mandate import Mandate
from furong.apps.registry.mapping import ColumnMapping, check_mapping, targets_of
from furong.apps.registry.matching import match_subjects
from furong.apps.registry.models import Effect, Subject, SubjectFacts
from furong.apps.registry.models.facts import UNADOPTED
from furong.apps.registry.projection import About
from furong.apps.registry.reads import contradiction
from furong.apps.registry.rowreading import Key, Reading, RowReader
from furong.apps.registry.tables.heading import Column, Row
from furong.apps.registry.tables.reader import Table


class Verdict(StrEnum):
    """What a row will do; an invalid one does nothing.

    DISPUTED: something in it contradicts what is known. It is kept, and does not stand (ADR 0021).
    """

    NEW = "new"
    UPDATE = "update"
    DISPUTED = "disputed"
    SAME = "same"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """How a table is to be read. about: the period that its facts are about."""

    kind: str
    mapping: ColumnMapping
    source: str
    about: About = None


@dataclass(slots=True)
class Planned:
    """One row with its verdict, and its subject unless it is new.

    notes: what is not taken over as it was written although the row is valid, and why.
    """

    reading: Reading
    plan: ImportPlan
    subject: Subject | None
    new_numbers: dict[str, str]
    verdict: Verdict = Verdict.NEW
    notes: list[str] = field(default_factory=list)

    @property
    def problems(self) -> dict[Column | None, str]:
        """Why the row is invalid: by column, under None what concerns the whole row."""
        return self.reading.problems

    @property
    def reason(self) -> str:
        """The problems in one line that names the columns."""
        return _("；").join(
            _("%(column)s：%(problem)s") % {"column": column.heading, "problem": problem}
            if column
            else problem
            for column, problem in self.problems.items()
        )

    def new_subject(self) -> NewSubject:
        """What a new row enters in the registry."""
        said = self.reading
        return NewSubject(
            kind=self.plan.kind,
            name=said.name,
            street=said.street,
            zones=said.zones,
            address=said.address,
            opened_on=said.opened_on,
            identifiers=said.identifiers,
        )

    def completion(self) -> Completion:
        """What a row fills in of a known subject."""
        assert self.subject is not None
        said = self.reading
        return Completion(
            subject=self.subject,
            street=said.street,
            zones=said.zones,
            address=said.address,
            opened_on=said.opened_on,
            identifiers=self.new_numbers,
        )

    def statements(self) -> list[Statement]:
        """What a row states of its subject, as soon as there is one."""
        if self.subject is None:
            return []
        facts = self.reading.facts.items()
        return [Statement(self.subject, key, value, self.plan.about) for key, value in facts]


class Planner:
    """Judges the rows of one table for a person at a moment, in chunks and in their order."""

    def __init__(self, plan: ImportPlan, table: Table, *, by: User, at: datetime) -> None:
        known = catalogue()
        check_mapping(plan.mapping, targets_of(plan.kind, known))
        self._plan = plan
        self._at = at
        self._kind = known.kind(plan.kind)
        self.mandate = Mandate(by, self._kind, plan.source, at=at)
        self._reader = RowReader(table.columns, plan.mapping, known)
        self._rows_of_key: dict[Key, list[int]] = defaultdict(list)
        for row in table.rows():
            for key in self._reader.read_keys(row):
                self._rows_of_key[key].append(row.number)
        self._row_of_subject: dict[UUID, int] = {}

    def judge(self, rows: Iterable[Row]) -> list[Planned]:
        """The verdicts on some rows, from few queries for all of them."""
        readings = [self._reader.read(row) for row in rows]
        matches = match_subjects(readings, self._kind, self.mandate)
        planned = [
            Planned(reading, self._plan, match.subject, match.new_numbers)
            for reading, match in zip(readings, matches, strict=True)
        ]
        for one in planned:
            self._refuse_repetition(one)
            self._note_another_name(one)
            self._keep_within_mandate(one)
        news = self._news(planned)
        changed = self._changed(planned) | {one.subject.pk for one, _effect in news}
        disputed = [one for one, effect in news if effect in UNADOPTED]
        contested = {one.subject.pk for one in disputed}
        for one in planned:
            if one.problems:
                one.verdict = Verdict.INVALID
            elif one.subject and one.subject.pk in contested:
                one.verdict = Verdict.DISPUTED
            elif one.subject:
                one.verdict = Verdict.UPDATE if one.subject.pk in changed else Verdict.SAME
        self._note_disputes(planned, disputed)
        return planned

    def _news(self, planned: Sequence[Planned]) -> list[tuple[Statement, Effect]]:
        """What the rows say of known subjects that is not known yet, and what it would do."""
        statements = [statement for one in planned for statement in one.statements()]
        return foresee(statements, source=self._plan.source, from_file=True, at=self._at)

    def _note_disputes(self, planned: Sequence[Planned], disputed: Sequence[Statement]) -> None:
        """What a row contradicts, with both values."""
        if not disputed:
            return
        facts = dict(
            SubjectFacts.objects.filter(
                subject__in={one.subject.pk for one in disputed}
            ).values_list("subject_id", "facts")
        )
        row_of = {one.subject.pk: one for one in planned if one.subject and not one.problems}
        for one in disputed:
            if row := row_of.get(one.subject.pk):
                row.notes.append(contradiction(one, facts.get(one.subject.pk, {})))

    def _refuse_repetition(self, one: Planned) -> None:
        """Two rows about one subject: which of them is right, only their author knows."""
        number = one.reading.row.number
        others = {n for key in one.reading.naming() for n in self._rows_of_key[key]} - {number}
        if one.subject:
            others |= {self._row_of_subject.setdefault(one.subject.pk, number)} - {number}
        if others:
            rows = _("、").join(map(str, sorted(others)))
            one.reading.refuse(_("与第 %s 行是同一对象，请核对后只保留一行") % rows)

    def _note_another_name(self, one: Planned) -> None:
        registered = one.subject and not self._kind.personal and one.subject.name
        if registered and one.reading.name not in {"", registered}:
            one.notes.append(_("名称与登记的“%s”不同，未作更改") % registered)

    def _keep_within_mandate(self, one: Planned) -> None:
        """A known subject lies within it, or it would not have been found."""
        if one.subject is None and not one.problems and (note := self.mandate.place(one.reading)):
            one.notes.append(note)

    def _changed(self, planned: Sequence[Planned]) -> set[UUID]:
        """The known subjects of which the rows fill in anything besides facts."""
        changed = set()
        known = [one for one in planned if one.subject]
        placed = set(
            Subject.zones.through.objects.filter(
                subject__in=[one.subject for one in known]
            ).values_list("subject_id", "zone_id")
        )
        for one in known:
            completion = one.completion()
            zones = {(completion.subject.pk, zone.pk) for zone in completion.zones}
            if completion.blanks(completion.subject) or completion.identifiers or zones - placed:
                changed.add(completion.subject.pk)
        return changed
