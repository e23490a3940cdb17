"""The contestants, each in the form that suits it best."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple

from bench.rules.workload import Workload


class Answer(NamedTuple):
    """What one policy comes to: subjects by verdict; fen in all, None where amounts are left out."""

    eligible: int
    unknown: int
    ineligible: int
    total: int | None


class Engine(ABC):
    """One engine on one workload. Making it loads the columns; only `answer` is on the clock."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    @abstractmethod
    def compile(self) -> None:
        """Turn the policies into what the engine runs; its time is reported apart."""

    def ready(self) -> None:  # noqa: B027 - most engines have nothing to do here
        """What must be made anew before each repeat."""

    @abstractmethod
    def answer(self) -> list[Answer]:
        """The answer of each policy, in order."""


@dataclass(frozen=True)
class Contestant:
    """An engine to measure. rows: the most subjects it is given, None = all; package: it must be there."""

    name: str
    title: str
    place: str  # module:class below this package
    package: str
    rows: int | None = None
    amounts: bool = True

    def engine(self) -> type[Engine]:
        module, name = self.place.split(":")
        found: type[Engine] = getattr(import_module(f"{__name__}.{module}"), name)
        return found


CONTESTANTS = {
    found.name: found
    for found in (
        Contestant("furong", "furong, all subjects", "furong:Furong", "furong"),
        Contestant(
            "furong-verdicts", "furong, verdicts only", "furong:Verdicts", "furong", amounts=False
        ),
        Contestant("polars", "Polars, lazy", "polars:Polars", "polars"),
        Contestant(
            "polars-verdicts",
            "Polars, lazy, verdicts only",
            "polars:Verdicts",
            "polars",
            amounts=False,
        ),
        Contestant("openfisca", "OpenFisca", "openfisca:OpenFisca", "openfisca-core"),
        Contestant("openfisca-tuned", "OpenFisca, tuned", "openfisca:Tuned", "openfisca-core"),
        Contestant("duckdb", "DuckDB, SQL of furong", "duckdb:DuckDB", "duckdb", amounts=False),
        Contestant("duckdb-tuned", "DuckDB, SQL by hand", "duckdb:Tuned", "duckdb", amounts=False),
        Contestant("furong-one", "furong, one at a time", "furong:OneByOne", "furong", rows=20_000),
        Contestant("zen", "zen-engine", "zen:Zen", "zen-engine", rows=2_000),
    )
}
