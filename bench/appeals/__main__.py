"""`python -m bench.appeals [--json]`: how well enterprises' appeals are sorted into the pack's categories,
and whose job they are said to be, after so many corrections.

The 1,302 appeals beside this file were invented for it by three authors who did not know of each other,
nor of the words in the pack. What one author wrote is held back, and the model learns from the other two:
how well it reads somebody whom it never read before. `street` stands for the street of the subject.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np

from bench.rules.measure import machine
from furong.engines.text.figures import Figures
from furong.engines.text.grams import Message
from furong.engines.text.training import Example, train
from furong.engines.text.triage import Triage
from furong.packs import load
from furong.packs.triage import duties_of, groups_of, taxonomy_of, units_of, zones_around

HERE = Path(__file__).parent
PACK = load(HERE.parents[1] / "packs/furong-2020")
STEPS = (0, 50, 200, 800)
SEEDS = range(3)
STREET = "street"

type Told = dict[str, object]


class Appeal(NamedTuple):
    """units: the organisations that could rightly lead, the likeliest first."""

    author: str
    message: Message
    label: str
    units: tuple[str, ...]
    zone: str

    @property
    def example(self) -> Example:
        return Example(self.message, self.label)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.appeals", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    for told in _rows([*appeals()]):
        print(json.dumps(told, ensure_ascii=False) if options.json else _line(told), flush=True)


def appeals() -> Iterator[Appeal]:
    """Every appeal, each in a street of the district."""
    streets = {one.zone: one.id for one in PACK.organisations.values() if one.kind == STREET}
    zones = sorted(zone for zone in streets if zone)
    for path in sorted(HERE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for n, row in enumerate(csv.DictReader(file)):
                zone = zones[n % len(zones)]
                units = tuple(
                    streets[zone] if one == STREET else one
                    for one in (row["unit"], row["unit2"])
                    if one
                )
                message = Message(row["title"], row["text"])
                yield Appeal(path.stem, message, row["label"], units, zone)


def _rows(every: Sequence[Appeal]) -> Iterator[Told]:
    yield {"what": "machine", **machine()}
    for count in STEPS:
        found: list[dict[str, float]] = []
        for seed, known, held in _splits(every):
            chosen = [known[n] for n in np.random.default_rng(seed).permutation(len(known))[:count]]
            found.append(_measured(chosen, held, seed))
        yield {"what": f"{count} corrections", "splits": len(found), **_summary(found)}


def _splits(every: Sequence[Appeal]) -> Iterator[tuple[int, list[Appeal], list[Appeal]]]:
    """Seed, what two authors wrote, what the third wrote."""
    for author in sorted({one.author for one in every}):
        known = [one for one in every if one.author != author]
        held = [one for one in every if one.author == author]
        for seed in SEEDS:
            yield seed, known, held


def _measured(chosen: Sequence[Appeal], held: Sequence[Appeal], seed: int) -> dict[str, float]:
    taxonomy = taxonomy_of(PACK)
    refitted = train(taxonomy, [one.example for one in chosen], seed=seed)
    online = Triage.cold(taxonomy)
    duties, units = duties_of(PACK), units_of(PACK)
    assert units is not None  # the pack has duty lists
    groups = groups_of(duties)
    sent = [one for one in chosen if one.units[0] in groups]
    whose = train(units, [Example(one.message, groups[one.units[0]]) for one in sent], seed=seed)
    for one in chosen:
        online.learn(one.message, one.label)
        duties.learn(one.label, one.units[0], zones_around(PACK, one.zone))
    truth = np.array([taxonomy.place(one.label) for one in held])
    given = refitted.probabilities([one.message for one in held])
    figures = Figures.of(given, truth)
    live = Figures.of(online.probabilities([one.message for one in held]), truth)
    names = [label.id for label in taxonomy.labels]
    of_units = whose.probabilities([one.message for one in held])
    hits = np.zeros((2, 2))  # by the words alone and by the chosen category; first, among three
    for one, chances, likely in zip(held, given, of_units, strict=True):
        around = zones_around(PACK, one.zone)
        learned = {label.id: float(p) for label, p in zip(units.labels, likely, strict=True)}
        by_words = dict(zip(names, map(float, chances), strict=True))
        for sure, chances_of in enumerate((by_words, {one.label: 1.0})):
            suggested = duties.suggest(one.message, chances_of, around, learned=learned)
            right = [unit.organisation in one.units for unit in suggested]
            hits[sure] += any(right[:1]), any(right)
    return {
        "macro-F1": figures.macro_f1,
        "one by one": live.macro_f1,
        "accuracy": figures.accuracy,
        "top-3": figures.top_3,
        "ECE": figures.ece,
        "at 80 %": figures.at_80,
        "unit": hits[0, 0] / len(held),
        "unit top-3": hits[0, 1] / len(held),
        "unit, category chosen": hits[1, 0] / len(held),
        "its top-3": hits[1, 1] / len(held),
    }


def _summary(found: Sequence[dict[str, float]]) -> dict[str, str]:
    return {
        name: f"{mean(one[name] for one in found):.3f} ± {stdev(one[name] for one in found):.3f}"
        for name in found[0]
    }


def _line(told: Told) -> str:
    return "  ".join(
        [f"{told['what']!s:16}", *(f"{k} {v}" for k, v in told.items() if k != "what")]
    )


if __name__ == "__main__":
    main()
