"""What each process of a run does: answer the workload, or one of the three special questions."""

import re
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from typing import Any

from bench.rules.engines import CONTESTANTS
from bench.rules.measure import Clock, peak_memory
from bench.rules.workload import Workload
from furong.engines.rules import Judge, Rulebook
from furong.engines.rules.book import Compiled
from furong.engines.rules.columns import Columns
from furong.engines.rules.single import VERDICTS
from furong.engines.rules.sweep import Sweep

type Result = dict[str, Any]

CHANGES = 20  # thresholds changed, one after another
CALLERS = 500  # subjects judged one at a time


def contest(rows: int, policies: int, repeats: int, engine: str) -> Result:
    """One engine on the workload: its answers, its clock, its memory."""
    contestant = CONTESTANTS[engine]
    workload = Workload(rows, policies)
    made = contestant.engine()(workload)
    compiling, running = Clock.idle(), Clock.idle()
    compiling.time(made.compile)
    for _ in range(repeats):
        made.ready()
        answers = running.time(made.answer)
    return {
        "engine": engine,
        "version": version(contestant.package),
        "rows": rows,
        "policies": policies,
        "amounts": contestant.amounts,
        "compile_cpu": compiling.cpu[0],
        **running.figures(),
        "verdicts_per_cpu_second": rows * policies / min(running.cpu),
        "peak_mb": peak_memory(),
        "answers": answers,
    }


def what_if(rows: int, policies: int, repeats: int) -> Result:
    """One threshold changed at a time, answered for everybody from the bitmaps that were kept."""
    workload = Workload(rows, policies)
    before = Sweep(workload.book, workload.columns, keep=True)
    clock = Clock.idle()
    changed = [_raised(compiled) for compiled in workload.book.policies]
    changes = [found for found in changed if found][:CHANGES] * repeats
    for policy, criterion, when in changes:

        def ask(policy: str = policy, criterion: str = criterion, when: str = when) -> Any:
            book = workload.book.what_if({(policy, criterion): when})
            return book, before.what_if(book).reach(policy)

        book, reach = clock.time(ask)
        afresh = Sweep(book.only([policy]), workload.columns).reach(policy)
        assert reach == afresh, f"{policy}: {reach} from kept bitmaps, {afresh} afresh"
    return {
        "task": "what-if",
        "rows": rows,
        "policies": policies,
        "changes": len(changes),
        **clock.figures(),
        "wall_max": max(clock.wall),
        "peak_mb": peak_memory(),
    }


def _raised(compiled: Compiled) -> tuple[str, str, str] | None:
    """The policy with the bound of a number raised by a tenth."""
    for criterion in compiled.policy.criteria:
        found = re.fullmatch(r"(\w+ [<>]= )(\d+)", criterion.when)
        if found:
            raised = int(found[2]) * 11 // 10 + 1
            return compiled.policy.id, criterion.id, f"{found[1]}{raised}"
    return None


def wide(rows: int, policies: int, repeats: int) -> Result:
    """Many subjects: time and the peak of memory, columns and all results included."""
    workload = Workload(rows, policies)
    columns, book = workload.columns, workload.book
    clock = Clock.idle()
    for _ in range(repeats):
        clock.time(lambda: _everything(book, columns))
    return {
        "task": "wide",
        "rows": rows,
        "policies": policies,
        **clock.figures(),
        "verdicts_per_cpu_second": rows * policies / min(clock.cpu),
        "peak_mb": peak_memory(),
    }


def _everything(book: Rulebook, columns: Columns) -> None:
    sweep = Sweep(book, columns)
    for compiled in book.policies:
        sweep.reach(compiled.policy.id)


def one(rows: int, policies: int, repeats: int) -> Result:
    """One subject, every criterion of every policy: milliseconds a subject, the mean of many."""
    workload = Workload(min(rows, CALLERS), policies)
    book, judge = workload.book, Judge(workload.book)
    subjects = [workload.columns.row(place) for place in range(workload.rows)]
    complete = book.derivations.complete

    def per_subject(answer: Callable[[Any], object]) -> float:
        clock = Clock.idle()
        for _ in range(repeats):
            clock.time(lambda: [answer(subject) for subject in subjects])
        return min(clock.cpu) / len(subjects) * 1000

    sweep = Sweep(book, workload.columns)
    verdicts = [[VERDICTS[whole] for whole, _ in judge.rails(complete(row))] for row in subjects]
    for place, compiled in enumerate(book.policies):
        for verdict in ("eligible", "unknown"):
            told = [row for row, found in enumerate(verdicts) if found[place] == verdict]
            assert told == sweep.rows(compiled.policy.id, verdict).tolist(), compiled.policy.id
    return {
        "task": "one",
        "subjects": len(subjects),
        "policies": policies,
        "verdicts_ms": per_subject(lambda row: judge.rails(complete(row))),
        "judgements_ms": per_subject(judge.judge),
        "unknown_policies": median(found.count("unknown") for found in verdicts),
        "peak_mb": peak_memory(),
    }


TASKS: dict[str, Callable[..., Result]] = {
    "contest": contest,
    "what-if": what_if,
    "wide": wide,
    "one": one,
}
