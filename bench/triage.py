"""`python -m bench.triage --data DIR [--quick] [--json]`: how well messages are sorted and found again.

DIR holds train.csv.gz (title,text,label,group), hotspot.csv.gz (title,text,time) and taxonomy.csv; no
row of them is in this repository. Every split keeps the groups of near-duplicates whole. The events
are defined by words, so they favour what compares words: read their recall as an upper bound.
"""

import argparse
import csv
import gzip
import json
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from statistics import mean, quantiles, stdev

import numpy as np

from bench.rules.measure import machine
from furong.engines.text.figures import Figures
from furong.engines.text.grams import Message
from furong.engines.text.modelfile import save
from furong.engines.text.similar import Similar
from furong.engines.text.training import Example, train
from furong.engines.text.triage import Triage
from furong.faces.cli.messages import labels, messages

VARIABLE = "FURONG_MESSAGES"
SEEDS, QUICK = range(3), range(1)
HELD = 5
"""One group in so many is held back."""

FOLD_SEEDS = (11, 12)
"""Not those of the splits on which features and weights were chosen."""

PARTS = ("whole", "folds", "curve", "speed", "similar")
STEPS = (0, 50, 200, 800)
OPEN = 5_000

EVENTS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("丽发新城",), ("搅拌站", "搅拌厂")),
    (("伊景园", "广铁集团"), ("车位", "捆绑")),
    (("58车贷", "58 车贷"),),
    (("魅力之城",), ("油烟", "餐饮", "烧烤", "夜宵")),
    (("人才",), ("购房补贴",)),
    (("经济学院",), ("实习",)),
    (("泉星公园",),),
    (("茶场村",), ("拆迁", "征收", "棚改")),
    (("辉煌国际城",),),
    (("中海国际社区",),),
    (("长房云时代",),),
    (("深业睿城",),),
    (("江山帝景",),),
    (("青青家园",),),
    (("万科金域",),),
)
"""Each event: one of every group of words stands in a message about it."""


type Told = dict[str, object]


def main() -> int:
    options = _options()
    if options.data is None or not (options.data / "train.csv.gz").is_file():
        print(f"skipped: no messages to measure on; give --data DIR, or set {VARIABLE}")
        return 0
    run = Run(options.data, QUICK if options.quick else SEEDS)
    for told in run.rows(options.only or PARTS):
        print(json.dumps(told, ensure_ascii=False) if options.json else _line(told), flush=True)
    return 0


class Run:
    """All measurements on the messages of one folder."""

    def __init__(self, folder: Path, seeds: Sequence[int]) -> None:
        self.folder = folder
        self.seeds = seeds
        rows = messages(folder / "train.csv.gz", labelled=True)
        self.examples = [Example(row.message, row.label) for row in rows]
        self.groups = [row.group for row in rows]
        names = sorted({row.label for row in rows})
        self.taxonomy = labels(folder / "taxonomy.csv", names)
        self.truth = np.array([self.taxonomy.place(row.label) for row in rows])

    def rows(self, only: Collection[str]) -> Iterator[Told]:
        yield {"what": "machine", **machine()}
        if "whole" in only:
            yield self._whole()
        if "folds" in only:
            yield self._folds()
        if "curve" in only:
            yield from self._curve()
        if "speed" in only:
            yield from self._speed()
        if "similar" in only:
            yield self._events()
            yield self._open_cases()

    def _splits(self) -> Iterator[tuple[int, list[int], list[int]]]:
        """Seed, what is learned, what is held back."""
        distinct = sorted(set(self.groups))
        for seed in self.seeds:
            order = np.random.default_rng(seed).permutation(len(distinct))
            held = {distinct[one] for one in order[: len(distinct) // HELD]}
            everything = range(len(self.groups))
            yield (
                seed,
                [one for one in everything if self.groups[one] not in held],
                [one for one in everything if self.groups[one] in held],
            )

    def _fit(self, chosen: Sequence[int], seed: int) -> Triage:
        return train(
            self.taxonomy,
            [self.examples[one] for one in chosen],
            groups=[self.groups[one] for one in chosen],
            seed=seed,
        )

    def _measure(self, model: Triage, held: Sequence[int]) -> Figures:
        given = model.probabilities([self.examples[one].message for one in held])
        return Figures.of(given, self.truth[list(held)])

    def _whole(self) -> Told:
        found = [
            self._measure(self._fit(known, seed), held) for seed, known, held in self._splits()
        ]
        return {"what": "all labels", "splits": len(found), **_summary(found)}

    def _folds(self) -> Told:
        """Every message held back once for each seed: no fifth is luckier than another."""
        distinct = sorted(set(self.groups))
        found = []
        for seed in FOLD_SEEDS[: 1 if len(self.seeds) == 1 else None]:
            order = np.random.default_rng(seed).permutation(len(distinct))
            folds = {distinct[one]: place % HELD for place, one in enumerate(order)}
            for fold in range(HELD):
                known = [n for n, group in enumerate(self.groups) if folds[group] != fold]
                held = [n for n, group in enumerate(self.groups) if folds[group] == fold]
                found.append(self._measure(self._fit(known, seed), held))
        worst, best = min(one.macro_f1 for one in found), max(one.macro_f1 for one in found)
        return {
            "what": "each fold in turn",
            "folds": len(found),
            **_summary(found),
            "macro-F1, worst and best fold": f"{worst:.3f} {best:.3f}",
        }

    def _curve(self) -> Iterator[Told]:
        """After so many labels: refitted, and learned one by one since the first day."""
        for count in STEPS:
            refitted, online = [], []
            for seed, known, held in self._splits():
                order = np.random.default_rng(seed).permutation(len(known))[:count]
                chosen = [known[one] for one in order]
                refitted.append(self._measure(self._fit(chosen, seed), held))
                model = Triage.cold(self.taxonomy)
                for one in chosen:
                    model.learn(*self.examples[one])
                online.append(self._measure(model, held))
            yield {"what": f"{count} labels, refitted", **_summary(refitted)}
            if count:
                yield {"what": f"{count} labels, one by one", **_summary(online)}

    def _speed(self) -> Iterator[Told]:
        start = time.process_time()
        model = self._fit(range(len(self.examples)), 0)
        spent = time.process_time() - start
        with tempfile.TemporaryDirectory(prefix="furong-bench-") as folder:
            size = save(model, Path(folder) / "model.npz")
        yield {"what": "refit on all", "cpu seconds": round(spent, 1), "MB": round(size / 1e6, 2)}
        asked = [example.message for example in self.examples[:500]]
        yield {"what": "suggest, ms", **_times(model.suggest, asked)}
        label = self.examples[0].label

        def learn(message: Message) -> None:
            model.learn(message, label)

        yield {"what": "learn, ms", **_times(learn, asked)}

    def _events(self) -> Told:
        """Each message of an event that is not its first, asked of all earlier messages."""
        with_time = sorted(_dated(self.folder / "hotspot.csv.gz"), key=lambda one: one[0])
        similar, about = Similar(), dict[str, int]()
        first = fifth = copies = asked = fresh = fresh_fifth = 0
        for place, (_, message) in enumerate(with_time):
            event = _event(message)
            if event is not None and event in about.values():
                found = similar.nearest(*message, k=5)
                hits = [about.get(one.id) == event for one in found]
                asked += 1
                first += hits[:1] == [True]
                fifth += any(hits)
                copy = any(one.same for one in found)
                copies += copy
                fresh += not copy
                fresh_fifth += any(hits) and not copy
            similar.add(str(place), *message)
            if event is not None:
                about[str(place)] = event
        return {
            "what": "look-alikes, events by words", "events": len(set(about.values())),
            "asked": asked, "recall@1": round(first / asked, 3), "recall@5": round(fifth / asked, 3),
            "word-for-word copies": copies,
            "recall@5 without copies": round(fresh_fifth / fresh, 3),
        }  # fmt: skip

    def _open_cases(self) -> Told:
        similar = Similar()
        chosen = [example.message for example in self.examples[:OPEN]]
        start = time.process_time()
        for place, message in enumerate(chosen):
            similar.add(str(place), *message)
        spent = 1000 * (time.process_time() - start) / len(chosen)

        def ask(message: Message) -> None:
            similar.nearest(*message, k=5)

        times = _times(ask, chosen[:300])
        return {
            "what": f"look-alikes of {len(similar):,} open, ms",
            "add cpu": round(spent, 2),
            **times,
        }


def _dated(path: Path) -> Iterator[tuple[datetime, Message]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day, _, clock = row["time"].replace("-", "/").partition(" ")
            year, month, date = map(int, day.split("/"))
            hour, minute, *_ = map(int, (clock or "0:0").split(":"))
            yield datetime(year, month, date, hour, minute), Message(row["title"], row["text"])


def _event(message: Message) -> int | None:
    text = message.title + message.body
    for number, groups in enumerate(EVENTS):
        if all(any(word in text for word in group) for group in groups):
            return number
    return None


def _summary(found: Sequence[Figures]) -> dict[str, str]:
    told = {}
    for name in ("macro_f1", "accuracy", "top_3", "ece", "at_80"):
        values = [asdict(one)[name] for one in found]
        spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
        told[name] = f"{mean(values):.3f}{spread}"
    return told


def _times[T](run: Callable[[T], object], asked: Sequence[T]) -> dict[str, float]:
    """On the clock, and of the processor: other work on the machine lengthens the first alone."""
    wall, cpu = [], []
    for one in asked:
        start, begun = time.perf_counter(), time.process_time()
        run(one)
        cpu.append(1000 * (time.process_time() - begun))
        wall.append(1000 * (time.perf_counter() - start))
    told = {}
    for name, spent in (("wall", wall), ("cpu", cpu)):
        told[f"{name} p50"] = round(quantiles(spent, n=2)[0], 2)
        told[f"{name} p95"] = round(quantiles(spent, n=20)[18], 2)
    return told


def _line(told: Told) -> str:
    return "  ".join(
        [f"{told['what']!s:32}", *(f"{k} {v}" for k, v in told.items() if k != "what")]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.triage", description=__doc__)
    given = os.environ.get(VARIABLE)
    parser.add_argument("--data", type=Path, metavar="DIR", default=given and Path(given))
    parser.add_argument("--quick", action="store_true", help="one split instead of three")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
