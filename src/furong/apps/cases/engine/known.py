"""What is known of a case when a condition is asked: its own facts and those of its subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from furong.apps.base.models import PersonalValue
from furong.apps.base.personal import open_value
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Case
from furong.apps.registry.reads import encoded_facts
from furong.apps.registry.values import from_plain
from furong.engines.rules import read_value
from furong.engines.rules.values import Encoded

if TYPE_CHECKING:
    from furong.apps.cases.engine.answers import Answers


@dataclass
class Known:
    """Encoded values by fact; read from the database when first asked for."""

    machine: Machine
    case: Case

    @cached_property
    def of_subject(self) -> dict[str, Encoded]:
        return (
            encoded_facts(self.case.subject, known=self.machine.known) if self.case.subject else {}
        )

    @cached_property
    def of_case(self) -> dict[str, Encoded | None]:
        return {
            key: self._value(key, value)
            for key, value in self.case.facts.items()
            if key in self.machine.facts and value is not None
        }

    def _value(self, key: str, value: Any) -> Encoded | None:
        if isinstance(value, dict):
            row = PersonalValue.objects.held().filter(pk=value["sealed"]).first()
            if row is None:
                return None
            value = open_value(row)
        return from_plain(self.machine.facts[key], value)

    @property
    def all(self) -> Mapping[str, Encoded | None]:
        return {**self.of_subject, **self.of_case}

    def with_answers(self, answers: "Answers") -> Mapping[str, Encoded | None]:
        """As it will be once these answers are recorded."""
        stated = {
            key: read_value(self.machine.facts[key], value) for key, value in answers.stated.items()
        }
        return {**self.all, **stated, **answers.facts}

    def forget(self) -> None:
        """Reads anew from now on."""
        self.__dict__.pop("of_subject", None)
        self.__dict__.pop("of_case", None)
