"""Progress on standard error: a bar on a terminal, a few lines in a log."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO

WIDTH = 30
QUARTERS = 4


class Progress:
    """One stage: `at(done)` as often as one likes, then `done()`."""

    def __init__(self, stage: str, total: int, out: TextIO | None = None) -> None:
        self.stage, self.total = stage, total
        self.out = sys.stderr if out is None else out
        self._started, self._drawn, self._quarter = monotonic(), 0.0, 0

    def at(self, done: int) -> None:
        """Says how far the stage is; cheap to call."""
        if self.out.isatty():
            if done < self.total and monotonic() - self._drawn < 0.1:
                return
            self._drawn = monotonic()
            filled = WIDTH * done // max(self.total, 1)
            bar = "█" * filled + "░" * (WIDTH - filled)
            self._say(f"\r{self.stage}  {bar} {done:,} / {self.total:,}", end="")
        elif (quarter := QUARTERS * done // max(self.total, 1)) > self._quarter:
            self._quarter = quarter
            if quarter < QUARTERS:
                self._say(f"{self.stage}：{done:,} / {self.total:,}")

    def done(self) -> None:
        """Ends the stage with what it took."""
        start = "\r" if self.out.isatty() else ""
        rest = " " * (WIDTH + 24) if self.out.isatty() else ""
        self._say(f"{start}{self.stage}：完成，{monotonic() - self._started:.1f} 秒{rest}")

    def _say(self, line: str, end: str = "\n") -> None:
        self.out.write(line + end)
        self.out.flush()


@contextmanager
def stage(name: str, total: int = 1) -> Iterator[Progress]:
    """A stage that says when it is done, unless it failed."""
    progress = Progress(name, total)
    if total > 1 or progress.out.isatty():
        progress.at(0)
    yield progress
    progress.done()
