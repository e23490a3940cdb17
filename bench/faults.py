"""`python -m bench.faults [--kills N] [--postgresql URL] [--json]`: kills under load.

Clients live cases over HTTP and send each request again, under its Idempotency-Key, until they have an
answer. Meanwhile the server with all its workers, or the background worker, is killed with SIGKILL and
started again, N times (200). Then: every act that was acknowledged is there, none twice; the events of
each case are gapless; the numbers too; the journal verifies. Fails if one of these is not so.
"""

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from typing import Any

from bench.cases import lives
from bench.cases.__main__ import ROOT, _await, _fresh
from bench.cases.load import Client
from bench.rules.measure import machine

CONNECTIONS = 6
CHECK = """
import json, sys, django
django.setup()
from collections import Counter, defaultdict
from furong.apps.base import clock, journal
from furong.apps.base.worker import turn
from furong.apps.cases.models import Case, Event, Telling
acknowledged = json.load(sys.stdin)
acts = defaultdict(Counter)
gaps = 0
for case, act, sequence in Event.objects.values_list("case_id", "act", "sequence"):
    acts[str(case)][act] += 1
for case in Case.objects.filter(opened_by__isnull=False):
    rows = sorted(Event.objects.filter(case=case).values_list("sequence", flat=True))
    gaps += rows != list(range(1, case.revision + 1))
lost = [one for one in acknowledged if acts[one[0]][one[1]] < 1]
twice = [(case, act) for case, found in acts.items() for act, n in found.items() if n > 1]
numbers = sorted(Case.objects.filter(opened_by__isnull=False).values_list("number", flat=True))
serials = [int(one[6:]) for one in numbers]
turn(clock.now())  # what a worker would do next: words that are untold after it are stuck
report = journal.verify()
print(json.dumps({
    "acknowledged": len(acknowledged), "lost": len(lost), "twice": len(twice), "gapped cases": gaps,
    "gaps in numbers": len(set(range(1, max(serials, default=0) + 1)) - set(serials)),
    "cases": len(numbers), "findings of the journal": len(report.findings),
    "untold words": Telling.objects.filter(told_at=None).count(),
}))
"""


class Stubborn(Client):
    """Sends again until there is an answer. acknowledged: (case, act) of every answer."""

    def __init__(self, port: int, ended: threading.Event) -> None:
        super().__init__(port)
        self.ended, self.repeated = ended, 0
        self.acknowledged: list[tuple[str, str]] = []

    def send(
        self, task: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str],
        *, good: tuple[int, ...] = (200, 201),
    ) -> tuple[bytes, Mapping[str, str]]:  # fmt: skip
        while True:
            try:
                content, answer = super().send(task, method, path, body, headers, good=good)
            except (OSError, http.client.HTTPException):
                self.repeated += 1
                time.sleep(0.1)
                continue
            act = "openings.collect" if task == "create" else f"actions.{task}"
            self.acknowledged.append((json.loads(content)["id"], act))
            return content, answer


class Served:
    """Server and worker, each in a process group of its own, so that a kill leaves nothing behind."""

    def __init__(self, environment: Mapping[str, str], port: int, folder: str) -> None:
        self.environment, self.port, self.folder = environment, port, folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.commands = {
            "server": [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
                "--port", str(port), "--workers", "2", "--blocking-threads", "4",
                "--log-level", "critical", "furong.config.wsgi:application",
            ],
            "worker": [sys.executable, "-m", "furong.faces.cli", "worker"],
        }  # fmt: skip

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            self.commands[name], env=dict(self.environment), cwd=self.folder,
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.running[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="furong-faults-") as folder:
        url = options.postgresql
        environment = dict(os.environ) | {
            "DATABASE_URL": _fresh(url, "faults") if url else f"sqlite:///{folder}/f.sqlite3",
            "FURONG_STATE": folder,
            "FURONG_DEMO": "1",
            "FURONG_SECRET_KEY": "bench" * 10,
            "FURONG_PERSONAL_KEY": "7e" * 32,
            "FURONG_BLIND_KEY": "b1" * 32,
            "FURONG_PACK": str(ROOT / "packs/furong-2020"),
            "FURONG_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "furong.config.settings",
            "PYTHONPATH": str(ROOT),
        }
        script = [sys.executable, "-m", "bench.cases.district", "0", str(CONNECTIONS)]
        made = subprocess.run(script, env=environment, check=True, stdout=subprocess.PIPE)
        district = json.loads(made.stdout.splitlines()[-1])
        killed, clients = _storm(Served(environment, options.port, folder), district, options)
        acknowledged = [one for client in clients for one in client.acknowledged]
        told = subprocess.run(
            [sys.executable, "-c", CHECK], env=environment, check=True, stdout=subprocess.PIPE,
            input=json.dumps(acknowledged).encode(),
        )  # fmt: skip
    line: dict[str, Any] = {
        "database": "PostgreSQL" if url else "SQLite",
        **{f"killed {name}": n for name, n in killed.items()},
        "sent again": sum(client.repeated for client in clients),
        **json.loads(told.stdout.splitlines()[-1]),
        "errors": sum(
            len([e for e in client.errors if ": 4" in e or ": 5" in e]) for client in clients
        ),
    }
    line["error"] = next((e for c in clients for e in c.errors if ": 4" in e or ": 5" in e), "")
    print(
        json.dumps(line | machine())
        if options.json
        else "\n".join(f"{k:24} {v}" for k, v in line.items())
    )
    wrong = (
        "lost",
        "twice",
        "gapped cases",
        "gaps in numbers",
        "findings of the journal",
        "errors",
    )
    return 1 if any(line[name] for name in wrong) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--port", type=int, default=8152)
    parser.add_argument("--postgresql", default="")
    parser.add_argument("--seed", type=int, default=1, help="which process is killed when")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _storm(
    served: Served, district: Mapping[str, Any], options: argparse.Namespace
) -> tuple[dict[str, int], list[Stubborn]]:
    chance, ended = random.Random(options.seed), threading.Event()
    clients = [Stubborn(options.port, ended) for _n in range(CONNECTIONS)]
    live = lives.furong(district)["life"]

    def work(n: int) -> None:
        while not ended.is_set():
            try:
                live(n, clients[n])
            except ValueError:
                if len(clients[n].errors) > 1000:
                    return

    served.start("server")
    served.start("worker")
    _await(options.port)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(CONNECTIONS)]
    for one in threads:
        one.start()
    killed = {"server": 0, "worker": 0}
    for number in range(options.kills):
        before = sum(len(client.acknowledged) for client in clients)
        until = time.monotonic() + 20  # at least one answer between two kills
        while sum(len(c.acknowledged) for c in clients) == before and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.5))
        name = "worker" if chance.random() < 0.25 else "server"
        served.kill(name)
        killed[name] += 1
        served.start(name)
        print(f"kill {number + 1}: {name}", file=sys.stderr, flush=True)
    ended.set()
    for one in threads:
        one.join()
    time.sleep(4)  # the worker tells what is left
    for name in killed:
        served.kill(name)
    return killed, clients


if __name__ == "__main__":
    sys.exit(main())
