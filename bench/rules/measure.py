"""Clocks, memory, and the machine."""

import gc
import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass
class Clock:
    """CPU seconds of the whole process, all threads, and wall seconds, of each repeat."""

    cpu: list[float]
    wall: list[float]

    @classmethod
    def idle(cls) -> "Clock":
        return cls([], [])

    def time[T](self, run: Callable[[], T]) -> T:
        """Run once and note how long it took."""
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        result = run()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)
        return result

    def figures(self) -> dict[str, float]:
        return {
            "cpu_min": min(self.cpu),
            "cpu_median": median(self.cpu),
            "wall_min": min(self.wall),
            "wall_median": median(self.wall),
        }


def peak_memory() -> int:
    """The most memory that this process has held, in MB (10**6 bytes)."""
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 10**6


def machine() -> dict[str, str | int | float]:
    """What it ran on: never a name or a path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(memory / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()
