"""`python -m bench.rules [--quick] [--json] [--only NAME,…]`: run the benchmark, check, print."""

import argparse
import json
import os
import subprocess
import sys
import warnings
from importlib.metadata import PackageNotFoundError, version

from bench.rules import report
from bench.rules.engines import CONTESTANTS, Contestant
from bench.rules.measure import machine
from bench.rules.tasks import TASKS, Result
from bench.rules.workload import Workload

SPECIAL = {"what-if": (1_000_000, 200), "wide": (10_000_000, 50), "one": (1_000_000, 200)}
ONE_THREAD = {
    f"{name}_THREADS": "1"
    for name in ("POLARS_MAX", "OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_MAX", "NUMEXPR_NUM")
}


def main() -> int:
    options = _options()
    if options.task:
        warnings.filterwarnings("ignore")
        asked = json.loads(options.task)
        print(json.dumps(TASKS[asked.pop("task")](**asked)))
        return 0
    rows, policies = (100_000, 50) if options.quick else (1_000_000, 200)
    described = {"workload": Workload(rows, policies).shape(), "machine": machine()}
    told = report.Report(described, as_json=options.json)
    wanted = options.only.split(",") if options.only else [*CONTESTANTS, *SPECIAL]
    unheard = [name for name in wanted if name not in CONTESTANTS and name not in SPECIAL]
    if unheard:
        known = ", ".join([*CONTESTANTS, *SPECIAL])
        sys.exit(f"nothing here is called {', '.join(unheard)}; there are {known}")
    for name in (name for name in CONTESTANTS if name in {*wanted, "furong"}):
        _contest(CONTESTANTS[name], rows, policies, options.repeats, told)
    for name, size in SPECIAL.items():
        if name in wanted:
            most, several = (size[0] // 10, 50) if options.quick else size
            told.special(_run(name, rows=most, policies=several, repeats=options.repeats))
    return told.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.rules", description="The rules engine beside others."
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the subjects, 50 policies")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--only", metavar="NAME,…", help="these engines and tasks, beside furong")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    return parser.parse_args()


def _contest(
    contestant: Contestant, rows: int, policies: int, repeats: int, told: "report.Report"
) -> None:
    """Measure one engine, and this one's answers on as many rows, with which it must agree."""
    try:
        version(contestant.package)
    except PackageNotFoundError:
        told.absent(contestant)
        return
    given = min(rows, contestant.rows or rows)
    size = {"rows": given, "policies": policies}
    result = _run("contest", **size, repeats=repeats, engine=contestant.name)
    told.contest(contestant, result, lambda: _run("contest", **size, repeats=1, engine="furong"))


def _run(task: str, **asked: int | str) -> Result:
    """The task in a process of its own: clean memory, one thread."""
    command = [sys.executable, "-m", "bench.rules", "--task", json.dumps({"task": task, **asked})]
    done = subprocess.run(
        command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{asked.get('engine', task)} failed; its message stands above")
    found: Result = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
