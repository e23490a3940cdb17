"""One act on a case, under way: what guards and effects see of it, and what they may change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from furong.apps.base.compiled import Kept, Reading
from furong.apps.base.journal import Actor
from furong.apps.base.models import Entry
from furong.apps.cases.engine import words
from furong.apps.cases.engine.answers import Answers
from furong.apps.cases.engine.clocks import Clocks
from furong.apps.cases.engine.history import History
from furong.apps.cases.engine.known import Known
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.models import Assignment, Case, Event, Request, Telling
from furong.apps.directory.models import Organisation, User
from furong.packs.procedures import Act


@dataclass(frozen=True, slots=True)
class Bearer:
    """Somebody without an account who came by a signed link: for a unit, or as who raised the case."""

    label: str
    organisation: Organisation | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks the engine to do. closure: where the act leaves a choice.

    decided_by: whose decision on paper the actor enters. revision: the one that the actor saw.
    silent: the time to answer has passed, so that nobody fills in the form.
    """

    key: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    closure: str = ""
    request: Request | None = None
    decided_by: User | None = None
    occurred_at: datetime | None = None
    revision: int | None = None
    silent: bool = False


_EVENTS = Reading(
    lambda case: (
        Event.objects.filter(case=case).order_by("sequence").select_related("organisation", "by")
    ),
    "case",
)


@dataclass(eq=False)
class Doing:
    """An act under way. What guards and effects see of it, and what they may change.

    kept: the case's row as it was taken in hand; None before it has one.
    """

    machine: Machine
    case: Case
    act: Act
    ask: Ask
    by: Actor | Bearer
    at: datetime
    parties: Parties
    clocks: Clocks
    known: Known
    requests: list[Request]
    kept: Kept | None = None
    standing: Standing | None = None
    answers: Answers = field(default_factory=Answers)
    event: Event | None = None
    entry: Entry | None = None
    said: list[Telling] = field(default_factory=list)

    # --- what guards and effects ask ------------------------------------------------------------

    @property
    def user(self) -> User | None:
        """Who decided: the person on whose paper somebody acts, else the actor, None for the system."""
        if self.ask.decided_by is not None:
            return self.ask.decided_by
        return self.by if isinstance(self.by, User) else None

    @property
    def request(self) -> Request | None:
        """The request that is answered."""
        return self.ask.request

    @property
    def unit(self) -> Organisation | None:
        """The unit for which the actor acts, where the role is one of a unit."""
        return self.standing.organisation if self.standing else None

    def value(self, name: str) -> Any:
        """The answer to a field: of this act, else of its request, else the last one on the case."""
        if name in self.answers.fields:
            return self.answers.fields[name]
        if self.request is not None and name in self.request.fields:
            return self.request.fields[name]
        return self.case.fields.get(name)

    def holds(self, source: str) -> bool:
        """Whether a condition is true of what is known by now; unknown is not enough."""
        facts = self.known.with_answers(self.answers)
        return self.machine.conditions.holds(source, facts) is True

    def holding(self, kind: str) -> list[Assignment]:
        return [one for one in self.parties.assignments if one.kind == kind]

    @cached_property
    def history(self) -> History:
        """Under which versions of the procedure it happened."""
        return History.of(self.case)

    def events(self) -> Sequence[Event]:
        """What happened so far, this act not counted, in order; acts by the names that they have now."""
        if not hasattr(self, "_events"):
            self._events: list[Event] = _EVENTS.all(case=self.case.pk)
            for one in self._events if self.history.moves else ():
                one.act = self.history.key(one)
        return self._events

    def say(self, roles: Sequence[str], text: str, *, urgent: bool = False) -> None:
        """Words for the people who hold these roles, as things stand now."""
        said = words.render(self, self.machine.procedure.texts[text])
        self.said.append(
            Telling(
                case=self.case,
                event=self.event,
                roles=[*roles],
                words=said[:1000],
                urgent=urgent,
                said_at=self.at,
            )
        )

    def follow_clocks(self) -> None:
        """Clocks as assignments, requests and state now are."""
        self.clocks.follow(self.parties.assignments, self.requests, self.act.name)
        self.clocks.refresh()
