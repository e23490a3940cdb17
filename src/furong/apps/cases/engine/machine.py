"""A procedure version made ready to run: its acts by name, its conditions, its calendar."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading
from furong.apps.base.errors import Refusal
from furong.apps.cases.models import ProcedureVersion
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.rules import Fact
from furong.engines.worktime import Calendar
from furong.packs.models.facts import Fact as PackFact
from furong.packs.models.procedures import Procedure, State
from furong.packs.procedures import Act, Conditions, View
from furong.packs.rules import fact_for_rules


@dataclass(frozen=True, eq=False)
class Machine:
    """One procedure version, compiled against the installed pack."""

    procedure: Procedure
    known: Catalogue

    @cached_property
    def view(self) -> View:
        return View(self.procedure)

    @cached_property
    def _acts(self) -> Mapping[str, Act]:
        return {key_of(act): act for act in self.view.acts}

    def act(self, key: str) -> Act:
        """`actions.dispatch`, `requests.return`, `answers.return.granted`. Raises Refusal."""
        if (found := self._acts.get(key)) is None:
            raise Refusal(
                _("“%(title)s”没有“%(key)s”这个动作，请刷新页面后重试")
                % {"title": self.procedure.title, "key": key.rpartition(".")[2]}
            )
        return found

    def acts_in(self, state: str) -> list[tuple[str, Act]]:
        """What can be done in a state by whoever may: actions and requests, in order."""
        return [
            (key, act) for key, act in self._acts.items() if state in act.start and not act.request
        ]

    def state(self, name: str) -> State:
        return self.procedure.states[name]

    @cached_property
    def own_facts(self) -> Mapping[str, PackFact]:
        """The facts of the case: those of every procedure, which share one namespace."""
        return {
            fact.key: fact for one in self.known.pack.procedures.values() for fact in one.facts
        } | {fact.key: fact for fact in self.procedure.facts}

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact that a condition or a form may name, as the engine reads it."""
        own = {key: fact_for_rules(fact) for key, fact in self.own_facts.items()}
        return {**own, **self.known.facts}

    @cached_property
    def conditions(self) -> Conditions:
        return Conditions(self.procedure, tuple(self.facts.values()))

    @cached_property
    def calendar(self) -> Calendar:
        return self.known.pack.working_calendars[self.procedure.calendar]

    @cached_property
    def counting_kinds(self) -> frozenset[str]:
        """The kinds of assignment that every case must have: by these it counts for its units."""
        kinds = self.procedure.assignments.items()
        return frozenset(name for name, one in kinds if one.count in (1, "1.."))

    @cached_property
    def returns(self) -> frozenset[str]:
        """The answers that give a return its way, whatever this version calls them."""
        return frozenset(
            key
            for key, act in self._acts.items()
            if act.request and any(effect.name == "return_assignment" for effect in act.effects)
        )

    def is_personal(self, fact: str) -> bool:
        """Whether a fact of the case is kept encrypted."""
        return self.own_facts[fact].sensitivity == "personal"


def key_of(act: Act) -> str:
    """The name of an act in events: unlike its path it has no list of answers in between."""
    section, name, *rest = map(str, act.path)
    return f"answers.{name}.{rest[-1]}" if rest else f"{section}.{name}"


def machine_of(version: ProcedureVersion) -> Machine:
    """Compiled once a process; the content of a version never changes. Looked up once for a row."""
    held = version.__dict__.get("_machine")
    if held is None:
        held = version.__dict__["_machine"] = _compiled(version.pk, version.digest, catalogue())
    return held


def every_machine() -> dict[UUID, Machine]:
    """Every installed version by its id, for reads over many cases: two queries for all."""
    known = catalogue()
    return {pk: _compiled(pk, digest, known) for pk, digest in _VERSIONS.all()}


_VERSIONS = Reading(
    lambda: ProcedureVersion.objects.order_by("code", "version").values_list("pk", "digest"),
    shared=True,
)


@lru_cache(maxsize=32)
def _compiled(pk: UUID, _digest: str, known: Catalogue) -> Machine:
    content = ProcedureVersion.objects.values_list("content", flat=True).get(pk=pk)
    return Machine(Procedure.model_validate(json.loads(content)), known)
