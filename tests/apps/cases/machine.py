"""A district at random: people do what they may and what they may not, and time passes.

`CaseMachine` is driven by Hypothesis; what must hold after every step is in `promises`.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.timers import tick
from furong.apps.cases.actions import act, answer, ask, comment, open_case
from furong.apps.cases.engine.doing import Bearer
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.permitting import standing_for
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import Case, Event, ProcedureVersion
from furong.apps.cases.reads import Possible, possible
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Organisation, User
from furong.apps.registry.models import Subject
from furong.packs.models.procedures import AsksFact, AsksField, FormItem
from furong.packs.procedures import Act
from tests.apps.cases import promises

UNITS = ("urban", "police", "east-office", "bank")
WORDS = ("停车难", "协调车位", "重复", "")


@dataclass
class World:
    """Where it happens. people by name; files: one of each person's own."""

    procedure: str
    at: datetime
    people: Mapping[str, User]
    subjects: Sequence[Subject]
    files: Mapping[str, StoredFile]

    @property
    def machine(self) -> Machine:
        version = ProcedureVersion.objects.latest_of(self.procedure)
        assert version is not None
        return machine_of(version)


def rows(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
        return [*cursor.fetchall()]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All tables, byte by byte."""
    names = connection.introspection.table_names()
    return {name: rows(name) for name in names if not name.startswith("django_")}


class CaseMachine(RuleBasedStateMachine):
    """One example: a day or a fortnight of a district that is forgotten afterwards."""

    world: World
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self.at = self.world.at + timedelta(days=1)  # clocks may be set back, grants began before
        self.seen = promises.Seen()
        self.opened: list[Any] = []

    def teardown(self) -> None:
        try:
            if os.environ.get("FURONG_MODEL_TOLD"):
                self.happened.update(Event.objects.values_list("act", flat=True))
            journal.seal(at=self.at)
            assert not journal.verify().findings
        finally:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)

    # --- acts -----------------------------------------------------------------------------------

    @initialize(rng=st.randoms(use_true_random=True))
    def begins_with_two(self, rng: Random) -> None:
        self.rng = (
            rng  # printed with a failing example: Hypothesis shrinks the steps, not the draws
        )
        for _case in range(2):
            self._open(who=None)

    @rule()
    def open(self) -> None:
        self._open(who=self._anybody())

    @rule()
    def open_who_may(self) -> None:
        self._open(who=None)

    def _open(self, *, who: str | None) -> None:
        machine = self.world.machine
        subject = self.rng.choice(self.world.subjects)
        names = [*machine.procedure.openings]
        name = self.rng.choice(names)
        if who is None:
            blank = Case(procedure=ProcedureVersion.objects.latest_of(self.world.procedure))
            blank.subject = subject
            able = [
                (opening, one)
                for opening in names
                for one, user in self.world.people.items()
                if standing_for(
                    machine,
                    machine.act(f"openings.{opening}"),
                    Parties(machine, blank, self.at, assignments=[]),
                    user,
                    None,
                )
            ]
            name, who = self.rng.choice(able)
        form = machine.procedure.openings[name].form
        made = self._try(
            lambda: open_case(
                self.world.procedure,
                name,
                subject=subject,
                answers=self._answers(machine, form, who),
                by=self.world.people[who],
                at=self.at,
            )
        )
        if made is not None:
            self.opened.append(made.pk)

    @precondition(lambda self: self.opened)
    @rule()
    def do_what_is_offered(self) -> None:
        """Somebody does one of the things that their page shows, and somebody the next."""
        case = self._case()
        for _turn in range(self.rng.randint(3, 9)):
            self._offered(case)

    def _offered(self, case: Case) -> None:
        case.refresh_from_db()
        offers = [
            (name, one)
            for name, user in self.world.people.items()
            for one in possible(case, user, self.at)
            if not one.proxy
        ]
        if not offers:
            return
        who, one = self._chosen(machine_of(case.procedure), offers)
        machine = machine_of(case.procedure)
        answers = self._filled(machine, one.items, who)
        closure = self.rng.choice([*one.closures]) if one.closures else ""
        by = self.world.people[who]
        if one.kind == "action":
            self._try(lambda: act(case, one.name, answers, closure=closure, by=by, at=self.at))
        elif one.kind == "request":
            self._try(lambda: ask(case, one.name, answers, by=by, at=self.at))
        else:
            assert one.request is not None
            request = one.request
            self._try(lambda: answer(request, one.name, answers, by=by, at=self.at))

    def _chosen(
        self, machine: Machine, offers: Sequence[tuple[str, Possible]]
    ) -> tuple[str, Possible]:
        """Mostly one that goes on: else every case would be refused or withdrawn in the morning."""
        closed = {name for name, one in machine.procedure.states.items() if not one.owner}
        on = [
            pair for pair in offers
            if pair[1].kind != "action" or not closed & set(machine.act(pair[1].key).to)
        ]  # fmt: skip
        pool = on if on and self.rng.random() < 0.85 else offers
        moves = [p for p in pool if p[1].kind == "answer" or machine.act(p[1].key).to]
        pool = moves if moves and self.rng.random() < 0.6 else pool
        name = self.rng.choice(sorted({one.key for _who, one in pool}))
        return self.rng.choice([pair for pair in pool if pair[1].key == name])

    @precondition(lambda self: self.opened)
    @rule()
    def do_anything(self) -> None:
        """Somebody sends whatever they like, from an old page perhaps, or by a link."""
        case = self._case()
        machine = machine_of(case.procedure)
        acts = [one for one in machine.view.acts if not one.opens]
        one: Act = self.rng.choice(acts)
        who = self._anybody()
        bearer = self.rng.choice([None, None, None, *self._bearers()])
        by: User | Bearer = bearer or self.world.people[who]
        answers = self._answers(machine, one.form, who)
        choices = [*machine.procedure.closures]
        closure = self.rng.choice(["", *choices])
        revision = self.rng.choice([None, 1])
        kind, name = str(one.path[0]), str(one.name)
        if kind == "actions":
            self._try(
                lambda: act(
                    case, name, answers, closure=closure, revision=revision, by=by, at=self.at
                )
            )
        elif one.request:
            for request in case.requests.filter(name=one.request):
                self._try(lambda r=request: answer(r, name, answers, by=by, at=self.at))  # type: ignore[misc]
        else:
            self._try(lambda: ask(case, name, answers, by=by, at=self.at))

    @precondition(lambda self: self.opened)
    @rule()
    def say(self) -> None:
        who = self.world.people[self._anybody()]
        words = self.rng.choice(WORDS)
        case = self._case()
        self._try(lambda: comment(case, words, by=who, at=self.at))

    # --- time -----------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 10, 31, 121, 300, 720, 1441, 2900, 5000, 11 * 1440]))
    def time_passes(self, minutes: int) -> None:
        """The worker looks twice; the second time there is nothing to do."""
        self.at += timedelta(minutes=minutes)
        tick(self.at)
        before = everything()
        assert tick(self.at) == 0
        assert everything() == before

    @rule(minutes=st.sampled_from([1, 45, 200]))
    def time_passes_unwatched(self, minutes: int) -> None:
        """The worker is down; people go on."""
        self.at += timedelta(minutes=minutes)

    @rule(minutes=st.sampled_from([1, 20, 90]))
    def the_clock_is_set_back(self, minutes: int) -> None:
        self.at -= timedelta(minutes=minutes)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def promises_hold(self) -> None:
        for pk in [*Case.objects.values_list("pk", flat=True)]:
            promises.hold(Case.objects.select_related("procedure").get(pk=pk), self.seen, self.at)

    # --- drawing --------------------------------------------------------------------------------

    def _try[R](self, verb: Callable[[], R]) -> R | None:
        """What a verb made, or None where it refused; then nothing at all has changed."""
        before = everything()
        try:
            return verb()
        except (Refusal, Denied) as refusal:
            self.happened["refused: " + str(refusal)[:50]] += 1
            assert everything() == before
            return None

    def _case(self) -> Case:
        every = [*Case.objects.order_by("number").values_list("pk", flat=True)]
        which = self.rng.randrange(len(every))
        return Case.objects.select_related("procedure", "subject").get(pk=every[which])

    def _anybody(self) -> str:
        return self.rng.choice([*self.world.people])

    def _bearers(self) -> list[Bearer]:
        unit = Organisation.objects.get(code="urban")
        return [Bearer("反映人"), Bearer("协办单位", unit)]

    def _answers(self, machine: Machine, form: str | None, who: str) -> dict[str, Any]:
        return self._filled(machine, machine.view.items(form), who)

    def _filled(self, machine: Machine, items: Sequence[FormItem], who: str) -> dict[str, Any]:
        """Answers that would do, most of them; now and then one is missing or is nonsense."""
        found: dict[str, Any] = {}
        for item in items:
            name = getattr(item, "field", "") or getattr(item, "fact", "")
            if not name or getattr(item, "value", None) is not None:
                continue
            fate = self.rng.randrange(60)
            if fate == 0 or (fate < 30 and not getattr(item, "required", None)):
                continue
            found[name] = "无此项\x00" if fate == 59 else self._value(machine, item, who)
        return found

    def _value(self, machine: Machine, item: FormItem, who: str) -> Any:
        if isinstance(item, AsksFact):
            fact = machine.facts[item.fact]
            known = [*fact.values] if getattr(fact, "values", None) else [True, False]
            return self.rng.choice(known)
        assert isinstance(item, AsksField)
        hours = self.rng.choice([-1, 1, 30, 100, 2000]) if item.type == "moment" else 0
        cases = [*Case.objects.order_by("number").values_list("number", flat=True), "SQ0"]
        people = [str(one.pk) for one in self.world.people.values()]
        match item.type:
            case "text":
                return self.rng.choice(WORDS[:3])
            case "texts":
                return "甲事\n乙事"
            case "moment":
                return (self.at + timedelta(hours=hours)).isoformat()
            case "money":
                return "1.5"
            case "files":
                return [str(self.world.files[who].pk)]
            case "organisation":
                return self.rng.choice(UNITS)
            case "organisations":
                return self.rng.sample(UNITS, self.rng.randint(1, 3))
            case "person":
                return self.rng.choice(people)
            case "people":
                return self.rng.sample(people, self.rng.randint(1, 3))
            case "case":
                return self.rng.choice(cases)
            case "class":
                return self.rng.choice([*machine.procedure.classes])
            case "facts":
                return ["staff"]
            case _:
                return "T01"


__all__ = ["CaseMachine", "World"]
