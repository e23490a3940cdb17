"""What a statement does to what is known: one pure step, in one place (ADR 0021).

A statement contradicts another where both are about the same fact and period and differ. Then

- the stronger source stands (`Source.strength`). A stronger one replaces a weaker one; a weaker one
  is kept beside it and opens a dispute.
- Between sources of equal standing neither stands: the fact is unknown until somebody finds out.
  Two are never in conflict where the second tells of a later day, about how things are: things
  change; unless its author says outright that what is known is wrong (`Weighed.objects`).
- One source may correct itself, unless its author had not seen what another had stated in it.
- What was verified stands against all that brings no new evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from furong.apps.registry.models import Effect, Source


class Numbered(Protocol):
    """A statement, by its place in the series, which it may get only later."""

    @property
    def sequence(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """What one voice says. value: plain JSON. day: ISO, on which it was told or which it is about."""

    value: Any
    source: Source
    day: str
    stated: Numbered
    reporter: UUID | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim to be weighed, and how it was made.

    dated: about a stated period, not about how things are. objects: it was made against what is
    known. unseen: its author had seen something else than what is known now. evidence: something is
    shown for it.
    """

    claim: Claim
    dated: bool
    objects: bool = False
    unseen: bool = False
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """What is held of one fact and period.

    claims: what stands, or of an open dispute the last claim of each voice. rejected: of a verified
    fact the values that were found wrong; aside: those that were stated against it since.
    """

    claims: tuple[Claim, ...] = ()
    open: bool = False
    rejected: Sequence[Any] = ()
    aside: Sequence[Any] = ()

    @property
    def standing(self) -> Claim | None:
        """The claim that stands; None where nothing does."""
        if not self.claims:
            return None
        top = max(one.source.strength for one in self.claims)
        values = [one for one in self.claims if one.source.strength == top]
        return values[-1] if all(one.value == values[0].value for one in values) else None


def weigh(matter: Matter, new: Weighed) -> tuple[Effect | None, Matter]:
    """The effect of a statement, and the matter after it; None where it says nothing new."""
    if not new.dated and not new.objects and any(one.day > new.claim.day for one in matter.claims):
        return Effect.STANDS, matter  # how things were on an earlier day: the history's
    if matter.open:
        return _joins(matter, new.claim)
    held = matter.standing
    if held is None or held.value is None:
        news = held is None or new.claim.value is not None
        return (Effect.STANDS, Matter((new.claim,))) if news else (None, matter)
    if held.value == new.claim.value:
        return None, matter
    effect = _against(held, matter, new)
    if effect is None:
        return None, matter
    if effect is Effect.ASIDE:
        return effect, replace(matter, aside=(*matter.aside, new.claim.value))
    if effect is Effect.STANDS:
        return effect, Matter((new.claim,))
    return effect, Matter((held, new.claim), open=True)


def _against(held: Claim, matter: Matter, new: Weighed) -> Effect | None:
    """What comes of a contradiction where there was no dispute."""
    claim = new.claim
    if held.source is Source.VERIFIED and not new.evidence:
        told = claim.value in matter.rejected or claim.value in matter.aside
        return None if told else Effect.ASIDE
    if claim.source.strength != held.source.strength:
        weaker = claim.source.strength < held.source.strength
        return Effect.DISPUTES if weaker else Effect.STANDS
    if claim.source is held.source:
        return Effect.SUSPENDS if new.unseen else Effect.STANDS
    changed = not new.dated and claim.day > held.day and not new.objects
    return Effect.STANDS if changed else Effect.SUSPENDS


def _joins(matter: Matter, claim: Claim) -> tuple[Effect | None, Matter]:
    """A further claim in an open dispute; it may end it."""
    own = [one for one in matter.claims if one.source is claim.source]
    mine = own if len(own) == 1 else [one for one in own if one.reporter == claim.reporter]
    if any(one.value == claim.value for one in mine):
        return None, matter
    others = tuple(one for one in matter.claims if one not in mine)
    after = replace(matter, claims=(*others, claim))
    agree = all(one.value == claim.value for one in others)
    strongest = all(one.source.strength < claim.source.strength for one in others)
    if agree or (strongest and not own):
        return Effect.SETTLES, Matter((claim,))
    if any(one.source.strength > claim.source.strength for one in others):
        return Effect.DISPUTES, after
    return (Effect.SUSPENDS if after.standing is None else Effect.REVISES), after
