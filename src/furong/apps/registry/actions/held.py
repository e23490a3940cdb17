"""What the registry already holds, against which every statement is weighed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from furong.apps.base.models import PersonalValue
from furong.apps.base.personal import open_value
from furong.apps.registry.actions.entries import Entry, Matter, Statement
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.models import Dispute, Effect, FactEntry, Source, SubjectFacts
from furong.apps.registry.models.facts import UNADOPTED
from furong.apps.registry.projection import Known
from furong.apps.registry.weighing import Claim, Numbered, Weighed, weigh
from furong.apps.registry.weighing import Matter as Weights


@dataclass(slots=True)
class Contested:
    """A dispute that a set of statements opens, adds to or ends.

    claims: what is upheld in it after the set. added: the statements that are new in it.
    """

    matter: Matter
    dispute: Dispute | None
    claims: tuple[Claim, ...] = ()
    added: list[Numbered] = field(default_factory=list)
    outcome: str = ""

    def save(self, *, at: datetime) -> tuple[Dispute, bool]:
        """Writes it, after its statements were written; whether it is new."""
        held, is_new = self.dispute, self.dispute is None
        if held is None:
            subject, fact, start, end = self.matter
            held = Dispute(
                subject_id=subject, fact=fact, about_from=start, about_to=end, opened_at=at
            )
        if self.outcome:
            held.closed_at, held.outcome = at, self.outcome
        else:
            held.claims = [claim.stated.sequence for claim in self.claims]
        held.save()
        held.entries.add(*(one.sequence for one in self.added))
        return held, is_new


@dataclass(frozen=True, slots=True)
class _At:
    """A statement of which no more is read than its number."""

    sequence: int


class Held:
    """Of each matter what was said of it. contested: the disputes that the set touches."""

    def __init__(
        self,
        known: Catalogue,
        rows: Mapping[UUID, SubjectFacts],
        statements: Iterable[Statement],
    ) -> None:
        self._day = known.projector.day
        self._matters: dict[Matter, Weights] = {}
        self._open: dict[Matter, Contested] = {}
        self.contested: list[Contested] = []
        distinct = {(one.fact, one.about) for one in statements}
        matters = [known.at_its_date(fact, about) for fact, about in distinct]
        facts = {fact.key for fact, _about in matters}
        self._load_present(rows)
        if ends := {about[1] for _fact, about in matters if about}:
            self._load_dated(rows, {fact.key for fact, about in matters if about}, ends)
        self._load_disputes(Dispute.objects.open().filter(subject__in=rows, fact__in=facts))
        self._load_verified(facts)

    def is_news(self, entry: Entry) -> bool:
        """Whether the statement must be written; sets its effect."""
        before = self._matters.get(entry.matter, Weights())
        told = entry.told
        weighed = Weighed(
            Claim(entry.value, entry.source, self._day(entry), entry, told.reporter_id),
            dated=entry.about_to is not None,
            objects=told.objects,
            unseen=told.unseen,
            evidence=told.shows or (bool(told.batch_id) and entry.value not in before.rejected),
        )
        effect, after = weigh(before, weighed)
        if effect is None:
            return False
        entry.effect = effect
        self._matters[entry.matter] = after
        if (before.open or after.open) and after != before:
            self._contest(entry, before, after)
        return True

    def _contest(self, entry: Entry, before: Weights, after: Weights) -> None:
        one = self._open.get(entry.matter)
        if one is None:
            one = self._open[entry.matter] = Contested(entry.matter, None)
            one.added += [claim.stated for claim in before.claims]
            self.contested.append(one)
        elif not one.added:
            self.contested.append(one)
        one.added.append(entry)
        one.claims = after.claims
        if not after.open:
            kinds = Dispute.Outcome
            took_part = entry.source in {claim.source for claim in before.claims}
            one.outcome = kinds.AGREED if took_part else kinds.SUPERSEDED
            del self._open[entry.matter]

    def _load_present(self, rows: Mapping[UUID, SubjectFacts]) -> None:
        present: list[tuple[Matter, Known]] = [
            ((subject, key, None, None), one)
            for subject, row in rows.items()
            for key, one in row.facts.items()
            if one["about"] is None
        ]
        opened = _opened(one["sealed"] for _matter, one in present if "sealed" in one)
        for matter, one in present:
            value = opened.get(one["sealed"]) if "sealed" in one else one["v"]
            claim = Claim(value, Source(one["source"]), one["day"], _At(one["entry"]))
            self._matters[matter] = Weights((claim,))

    def _load_dated(
        self, rows: Mapping[UUID, SubjectFacts], facts: set[str], ends: set[date]
    ) -> None:
        entries = FactEntry.objects.filter(
            subject__in=rows, fact__in=facts, about_to__in=ends
        ).exclude(effect__in=UNADOPTED)
        for entry, claim in self._claims(entries.order_by("sequence")):
            self._matters[_matter(entry)] = Weights((claim,))

    def _load_disputes(self, disputes: Iterable[Dispute]) -> None:
        found = {_matter(one): one for one in disputes}
        if not found:
            return
        upheld = {number for one in found.values() for number in one.claims}
        claims: dict[Matter, list[Claim]] = {}
        for entry, claim in self._claims(FactEntry.objects.filter(pk__in=upheld).order_by("pk")):
            claims.setdefault(_matter(entry), []).append(claim)
        for matter, one in found.items():
            self._open[matter] = Contested(matter, one)
            self._matters[matter] = Weights(tuple(claims.get(matter, ())), open=True)

    def _load_verified(self, facts: Collection[str]) -> None:
        """Of what was verified: the values that were found wrong, and those stated against it since."""
        for matter, weights in [*self._matters.items()]:
            held = weights.standing
            if held is None or held.source is not Source.VERIFIED or matter[1] not in facts:
                continue
            subject, fact, start, end = matter
            about = {"subject": subject, "fact": fact, "about_from": start, "about_to": end}
            settled = Dispute.objects.closed().filter(**about, outcome=Dispute.Outcome.SETTLED)
            against = FactEntry.objects.filter(disputes__in=settled)
            aside = FactEntry.objects.filter(**about, effect=Effect.ASIDE)
            self._matters[matter] = Weights(
                weights.claims,
                rejected=[c.value for _e, c in self._claims(against) if c.value != held.value],
                aside=[claim.value for _entry, claim in self._claims(aside)],
            )

    def _claims(self, entries: Iterable[FactEntry]) -> Iterator[tuple[FactEntry, Claim]]:
        entries = list(entries)
        opened = _opened(str(entry.sealed_id) for entry in entries if entry.sealed_id)
        for entry in entries:
            value = opened.get(str(entry.sealed_id)) if entry.sealed_id else entry.value
            source = Source(entry.source)
            yield entry, Claim(value, source, self._day(entry), entry, entry.reporter_id)


def _matter(one: FactEntry | Dispute) -> Matter:
    return one.subject_id, one.fact, one.about_from, one.about_to


def _opened(ids: Iterable[str]) -> dict[str, Any]:
    """Sealed values by their ids; erased ones are left out."""
    wanted = set(ids)
    held = PersonalValue.objects.filter(pk__in=wanted, erased_at=None) if wanted else ()
    return {str(row.pk): open_value(row) for row in held}
