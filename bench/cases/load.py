"""The load generator, the same for every system: connections that each live whole lives of cases."""

import http.client
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

TICKS = 100  # of /proc/…/stat in a second


@dataclass
class Client:
    """One kept-alive connection. spent: by task, seconds on the clock. errors: what went wrong."""

    port: int
    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    _connection: http.client.HTTPConnection | None = None

    def send(
        self, task: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str],
        *, good: tuple[int, ...] = (200, 201, 302),
    ) -> tuple[bytes, Mapping[str, str]]:  # fmt: skip
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begun = time.perf_counter()
        try:
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection = None
            self.errors.append(f"{task}: {error!r}")
            raise
        self.spent[task].append(time.perf_counter() - begun)
        if answer.status not in good:
            self.errors.append(f"{task}: {answer.status} {content[:300].decode(errors='replace')}")
            raise ValueError(self.errors[-1])
        return content, dict(answer.headers)


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and all below it."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
        total += (int(stat[11]) + int(stat[12])) / TICKS
    return total


def run(
    connections: int, seconds: float, port: int, live: Callable[[int, Client], None]
) -> tuple[list[Client], float, int]:
    """Lives, one after another on each connection, for a time: the clients, seconds, lives done."""
    clients = [Client(port) for _n in range(connections)]
    done = [0] * connections
    begun = time.perf_counter()

    def work(n: int) -> None:
        while time.perf_counter() - begun < seconds and len(clients[n].errors) < 5:
            try:
                live(n, clients[n])
            except (ValueError, OSError, http.client.HTTPException):
                continue
            done[n] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(connections)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return clients, time.perf_counter() - begun, sum(done)


def figures(clients: list[Client]) -> dict[str, dict[str, float]]:
    """By task: requests, median and 95th of the hundred in milliseconds."""
    found: dict[str, list[float]] = defaultdict(list)
    for client in clients:
        for task, spent in client.spent.items():
            found[task] += spent
    return {
        task: {
            "requests": len(spent),
            "median_ms": round(1000 * median(spent), 1),
            "p95_ms": round(1000 * (quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0]), 1),
        }
        for task, spent in found.items()
    }
