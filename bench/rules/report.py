"""The table, or one JSON object a line; and whether everybody gave the same answers."""

import json
from collections.abc import Callable
from typing import Any

from bench.rules.engines import Contestant
from bench.rules.tasks import Result

HEAD = (
    ("engine", 30),
    ("rows × policies", 17),
    ("CPU s min / median", 20),
    ("wall s", 8),
    ("M verdicts / CPU s", 20),
    ("furong is", 11),
    ("compile s", 11),
    ("peak MB", 9),
)


class Report:
    """Prints each result as it comes. `close` gives the exit status: 1 where answers differed."""

    def __init__(self, described: dict[str, Any], *, as_json: bool) -> None:
        self.as_json = as_json
        self.rates: dict[bool, float] = {}  # this engine's, with amounts and without
        self.answers: dict[int, list[list[Any]]] = {}  # this engine's, by rows
        self.failures: list[str] = []
        if as_json:
            self.line(described)
            return
        machine, shape = described["machine"], described["workload"]
        print(
            f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
            f"{machine['system']}, Python {machine['python']}, load {machine['load']}"
        )
        print(
            f"{shape['criteria']} criteria, {shape['atoms']} conditions, {shape['distinct']} of them"
            f" distinct; {shape['bytes']} bytes a subject; all on one thread\n"
        )
        print("".join(_cell(name, width) for name, width in HEAD))

    def line(self, found: dict[str, Any]) -> None:
        print(json.dumps(found, ensure_ascii=False), flush=True)

    def absent(self, contestant: Contestant) -> None:
        if self.as_json:
            self.line({"engine": contestant.name, "absent": contestant.package})
        else:
            print(f"{contestant.title}: {contestant.package} is not installed (make bench does it)")

    def contest(
        self, contestant: Contestant, result: Result, reference: Callable[[], Result]
    ) -> None:
        """reference: measures this engine on the same rows, asked where it was not yet."""
        answers, rows = result.pop("answers"), result["rows"]
        rate = result["verdicts_per_cpu_second"]
        if contestant.name in {"furong", "furong-verdicts"}:
            self.rates[contestant.amounts] = rate
        if contestant.name == "furong":
            self.answers[rows] = answers
        if rows not in self.answers:
            self.answers[rows] = reference()["answers"]
        result["agrees"] = self._agrees(contestant, answers, self.answers[rows])
        result["furong_is"] = self.rates[True] / rate
        if self.as_json:
            self.line(result)
        else:
            cells = zip(_row(contestant, result), HEAD, strict=True)
            print("".join(_cell(text, width) for text, (_, width) in cells), flush=True)

    def _agrees(
        self, contestant: Contestant, answers: list[list[Any]], ours: list[list[Any]]
    ) -> bool:
        width = 4 if contestant.amounts else 3
        differing = [
            place
            for place, (theirs, own) in enumerate(zip(answers, ours, strict=True))
            if theirs[:width] != own[:width]
        ]
        if differing:
            place = differing[0]
            self.failures.append(
                f"{contestant.title} differs from furong on {len(differing)} policies; the first is "
                f"P{place + 1:03}: {answers[place]}, not {ours[place]}"
            )
        return not differing

    def special(self, result: Result) -> None:
        if self.as_json:
            self.line(result)
            return
        print(f"\n{result['task']}: {_told(result)}")

    def close(self) -> int:
        for failure in self.failures:
            if self.as_json:
                self.line({"failure": failure})
            else:
                print(f"\nFAILED: {failure}")
        if not self.failures and not self.as_json:
            print(f"\nEvery engine gave the same counts and the same sums: {self._counts()}.")
        return 1 if self.failures else 0

    def _counts(self) -> str:
        rows, answers = max(self.answers.items())
        true, unknown, false, fen = (sum(found) for found in zip(*answers, strict=True))
        return (
            f"{true:,} true, {unknown:,} unknown, {false:,} false in {rows * len(answers):,}, "
            f"{fen / 100:,.2f} yuan"
        )


def _cell(text: str, width: int) -> str:
    return text.ljust(width) if width == HEAD[0][1] else text.rjust(width)


def _row(contestant: Contestant, found: Result) -> tuple[str, ...]:
    rate = found["verdicts_per_cpu_second"] / 1e6
    return (
        contestant.title + ("" if found["agrees"] else " (DIFFERS)"),
        f"{_short(found['rows'])} × {found['policies']}",
        f"{found['cpu_min']:.2f} / {found['cpu_median']:.2f}",
        f"{found['wall_min']:.2f}",
        f"{rate:,.0f}" if rate >= 10 else f"{rate:.2f}",
        f"{found['furong_is']:,.1f} ×",
        f"{found['compile_cpu']:.2f}",
        f"{found['peak_mb']:,}",
    )


def _short(rows: int) -> str:
    return f"{rows // 10**6} M" if rows >= 10**6 else f"{rows // 1000} k"


def _told(found: Result) -> str:
    if found["task"] == "one":
        return (
            f"one subject × {found['policies']} policies with every criterion's answer in "
            f"{found['verdicts_ms']:.3f} ms; whole judgements, with amounts, bounds and what is "
            f"missing, in {found['judgements_ms']:.3f} ms (CPU, mean of {found['subjects']})"
        )
    size = f"{_short(found['rows'])} × {found['policies']}"
    if found["task"] == "what-if":
        return (
            f"one changed threshold over {size} in {found['wall_median'] * 1000:.1f} ms "
            f"(wall, median of {found['changes']}; longest {found['wall_max'] * 1000:.1f} ms; "
            f"CPU median {found['cpu_median'] * 1000:.1f} ms); peak {found['peak_mb']:,} MB"
        )
    return (
        f"{size} in {found['cpu_min']:.2f} CPU s (median {found['cpu_median']:.2f}), "
        f"{found['verdicts_per_cpu_second'] / 1e6:,.0f} M verdicts a CPU second; "
        f"peak {found['peak_mb']:,} MB, columns and results included"
    )
