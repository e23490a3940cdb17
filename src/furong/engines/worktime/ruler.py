"""Meters: how much was counted between two instants, and when so much will have been.

Time in instants (microseconds since 1970), amounts in units of the meter. `NATURAL` counts
microseconds. A `WorkingMeter` counts along a `Ruler`, either microseconds of working time, or
working days: each span of a day weighs so much a microsecond that every working day, however long,
is worth the same whole number.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final, Protocol


class Meter(Protocol):
    """What counts time."""

    def between(self, start: int, end: int) -> int:
        """The units from one instant to a later one."""

    def after(self, start: int, amount: int) -> int:
        """The first instant from `start` on at which `amount` (not negative) has been counted."""


class _Natural:
    def between(self, start: int, end: int) -> int:
        return end - start

    def after(self, start: int, amount: int) -> int:
        return start + amount


NATURAL: Final[Meter] = _Natural()


class Ruler:
    """The working spans of consecutive years, with what was counted up to the end of each."""

    __slots__ = ("begin", "ends", "finish", "starts", "sums", "weights")

    def __init__(
        self, begin: int, finish: int, spans: Sequence[tuple[int, int]], weights: Sequence[int]
    ) -> None:
        self.begin, self.finish = begin, finish
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.weights = weights
        self.sums = [
            *accumulate((end - start) * w for (start, end), w in zip(spans, weights, strict=True))
        ]

    def reading(self, at: int) -> int:
        """The units from the ruler's begin up to an instant on it."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.sums[index] - max(0, self.ends[index] - at) * self.weights[index]

    def first(self, reading: int) -> int | None:
        """The first instant with that reading, which is above 0; None where the ruler ends before."""
        index = bisect_left(self.sums, reading)
        if index == len(self.sums):
            return None
        return self.ends[index] - (self.sums[index] - reading) // self.weights[index]


class WorkingMeter:
    """Counts along rulers, which have gaps between them where no year is known."""

    __slots__ = ("_ends", "_rulers")

    def __init__(self, rulers: Sequence[Ruler], ends: Callable[[int], Exception]) -> None:
        """ends: the error for an instant on no ruler."""
        self._rulers, self._ends = rulers, ends

    def ruler(self, at: int) -> Ruler:
        for ruler in self._rulers:
            if ruler.begin <= at < ruler.finish:
                return ruler
        raise self._ends(at)

    def between(self, start: int, end: int) -> int:
        ruler = self.ruler(start)
        if end > ruler.finish:
            raise self._ends(ruler.finish)
        return ruler.reading(end) - ruler.reading(start)

    def after(self, start: int, amount: int) -> int:
        ruler = self.ruler(start)
        if not amount:
            return start
        found = ruler.first(ruler.reading(start) + amount)
        if found is None:
            raise self._ends(ruler.finish)
        return found
