"""`python -m bench.cases [--quick] [--json] [--postgresql URL] [--helpdesk PYTHON]`: cases under load.

Both systems run behind granian with two workers of four threads, on an empty database with as many
cases seeded, and take turns under the same generator, phase by phase. CPU-ms a request: of the server's processes,
from /proc, over all requests of a phase. --helpdesk: the Python of an environment that holds
django-helpdesk and granian; left out, it is not measured. --postgresql: a server's URL; its database is
thrown away. Without it only SQLite is measured.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.cases import lives, load
from bench.rules.measure import machine

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES, QUICK = 50_000, 2_000
CONNECTIONS = (1, 8, 32)


@dataclass(frozen=True, slots=True)
class Served:
    """A system that listens. site: who works there, and where."""

    pid: int
    port: int
    site: Any


def main() -> int:
    options = _options()
    size = options.cases or (QUICK if options.quick else CASES)
    seconds = options.seconds or (4 if options.quick else 15)
    databases = {
        "SQLite": None,
        **({"PostgreSQL": options.postgresql} if options.postgresql else {}),
    }
    systems = ("furong", *(["helpdesk"] if options.helpdesk else []))
    wrong = 0
    for database, url in databases.items():
        with ExitStack() as stack:
            served = {
                system: stack.enter_context(_served(system, url, size, options, port))
                for port, system in enumerate(systems, start=options.port)
            }
            for line in _lines(database, served, options.connections, seconds, options.rounds):
                told = {**machine(), **line, "cases": size, "os": machine()["system"]}
                wrong += line.get("errors", 0)
                print(json.dumps(told) if options.json else _shown(line), flush=True)
    return 1 if wrong else 0


def _lines(
    database: str,
    served: Mapping[str, Served],
    connections: Iterable[int],
    seconds: float,
    rounds: int,
) -> Iterator[dict[str, Any]]:
    """Every phase of every system; the systems take turns, since a machine's pace changes by the minute."""
    phases = {system: getattr(lives, system)(one.site) for system, one in served.items()}
    for system, one in served.items():
        for live in phases[system].values():
            load.run(8, 2, one.port, live)  # both workers have read the pack
    for task in phases["furong"]:
        for several in connections:
            rates: dict[str, list[float]] = defaultdict(list)
            for _round in range(rounds):
                for system, one in served.items():
                    if task in phases[system]:
                        live = phases[system][task]
                        line = _measured(system, database, task, live, several, seconds, one)
                        rates[system].append(line["lives_s"])
                        yield line
            if task == "life" and "helpdesk" in rates:
                times = [a / b for a, b in zip(rates["furong"], rates["helpdesk"], strict=True)]
                yield {
                    "database": database,
                    "connections": several,
                    "times_helpdesk": round(median(times), 2),
                    "of_rounds": [round(one, 2) for one in times],
                }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cases", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 cases, 4 seconds a phase")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--cases", type=int, help="how many are seeded (50,000)")
    parser.add_argument("--seconds", type=float, help="of each phase (15)")
    parser.add_argument("--connections", type=_numbers, default=CONNECTIONS, help="1,8,32")
    parser.add_argument("--rounds", type=int, default=1, help="of each phase (1)")
    parser.add_argument("--port", type=int, default=8151)
    parser.add_argument("--postgresql", default=os.environ.get("BENCH_POSTGRESQL", ""))
    parser.add_argument("--helpdesk", default=os.environ.get("BENCH_HELPDESK", ""))
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _measured(
    system: str, database: str, task: str, live: lives.Live, connections: int, seconds: float,
    served: Served,
) -> dict[str, Any]:  # fmt: skip
    before = load.cpu_of(served.pid)
    clients, wall, done = load.run(connections, seconds, served.port, live)
    cpu = load.cpu_of(served.pid) - before
    errors = [one for client in clients for one in client.errors]
    found = load.figures(clients)
    requests = int(sum(one["requests"] for one in found.values()))
    return {
        "system": system,
        "database": database,
        "task": task,
        "connections": connections,
        "lives_s": round(done / wall, 2),
        "requests_s": round(requests / wall, 1),
        "cpu_ms": round(1000 * cpu / max(requests, 1), 2),
        "tasks": found,
        "errors": len(errors),
        "error": errors[0] if errors else "",
    }


def _shown(line: Mapping[str, Any]) -> str:
    if "times_helpdesk" in line:
        times = f"{line['times_helpdesk']:.2f} × django-helpdesk, of rounds {line['of_rounds']}"
        return f"{line['database']} {line['connections']}: whole life {times}"
    tasks = " ".join(
        f"{name} {one['median_ms']:.0f}/{one['p95_ms']:.0f}" for name, one in line["tasks"].items()
    )
    return (
        f"{line['system']:9} {line['database']:10} {line['task']:7} {line['connections']:3} conn "
        f"{line['lives_s']:8.2f}/s {line['requests_s']:7.1f} req/s {line['cpu_ms']:6.2f} CPU-ms/req "
        f"{line['errors']} errors  [ms median/p95: {tasks}] {line['error']}"
    )


@contextmanager
def _served(
    system: str, url: str | None, size: int, options: argparse.Namespace, port: int
) -> Iterator[Served]:
    """A system on a fresh database, listening."""
    with tempfile.TemporaryDirectory(prefix="furong-bench-") as folder:
        environment = dict(os.environ) | {
            "DATABASE_URL": _fresh(url, system) if url else f"sqlite:///{folder}/bench.sqlite3",
            "FURONG_STATE": folder,
            "FURONG_DEMO": "1",
            "FURONG_SECRET_KEY": "bench" * 10,
            "FURONG_PERSONAL_KEY": "7e" * 32,
            "FURONG_BLIND_KEY": "b1" * 32,
            "FURONG_PACK": str(ROOT / "packs/furong-2020"),
            "FURONG_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "furong.config.settings" if system == "furong" else "",
            "PYTHONPATH": str(ROOT if system == "furong" else HERE),
        }
        python = sys.executable if system == "furong" else options.helpdesk
        script = ["-m", "bench.cases.district", str(size), str(max(CONNECTIONS))]
        if system != "furong":
            script = [str(HERE / "helpdesk_site.py"), str(size)]
        made = subprocess.run(
            [python, *script], env=environment, check=True, stdout=subprocess.PIPE
        )
        site = json.loads(made.stdout.splitlines()[-1])
        target = (
            "furong.config.wsgi:application" if system == "furong" else "helpdesk_site:application"
        )
        serve = [
            python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "2", "--blocking-threads", "4",
            "--log-level", "warning", target,
        ]  # fmt: skip
        processes = [subprocess.Popen(serve, env=environment, cwd=folder)]
        if system == "furong":
            worker = [python, "-m", "furong.faces.cli", "worker"]
            processes.append(subprocess.Popen(worker, env=environment, stderr=subprocess.DEVNULL))
        try:
            _await(port)
            yield Served(processes[0].pid, port, site)
        finally:
            for process in processes:
                process.send_signal(signal.SIGINT)
            for process in processes:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def _fresh(url: str, system: str) -> str:
    """An empty database beside the one that the URL names."""
    import psycopg

    base, _sep, _name = url.rpartition("/")
    name = f"bench_{system}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{base}/{name}"


def _await(port: int) -> None:
    for _try in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            time.sleep(1)  # both workers
            return
    raise TimeoutError(f"nothing listens at {port}")


if __name__ == "__main__":
    sys.exit(main())
