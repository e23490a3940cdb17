"""The records behind the shared components in `templates/web/parts/`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Badge:
    text: Text
    tone: str = ""  # jade violet amber blue hibiscus; none: grey
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of a filter; `query` is what it changes in the address."""

    label: Text
    query: Mapping[str, str | None]
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A filter that is a drop-down list; its first option means "all"."""

    name: str
    label: Text
    options: Sequence[Option]

    @property
    def is_set(self) -> bool:
        return any(option.selected and option.value for option in self.options)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `sort` is the query value that orders by it, `direction` how the list is ordered now."""

    label: Text
    sort: str = ""
    direction: str = ""  # ascending descending; none: not ordered by this
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a cursor list stands: cursors of the neighbouring pages, None at an end."""

    shown: int
    total: int | None
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True)
class Kpi:
    label: Text
    value: str
    unit: Text = ""
    note: Text = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    tone: str
    start: str  # per cent of the bar, for the SVG's attributes
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: Text
    segments: Sequence[Segment]
    value: str
    value_word: Text = ""  # what the value counts: read aloud, drawn as the legend's colour
    note: Text = ""  # a second figure beside the value
    note_word: Text = ""
    note_tone: str = ""
    url: str = ""


def chip(key: str, value: str, label: Text, *, now: str, count: int | None = None) -> Chip:
    """A chip that sets `key` to `value` ("" clears it) and starts the list from its beginning."""
    query = {key: value or None, "after": None, "before": None}
    return Chip(label, query, current=value == now, count=count)


def segments(parts: Iterable[tuple[str, int]], *, whole: int) -> list[Segment]:
    """(tone, number) parts laid end to end on a bar whose full length is `whole`; none where that is 0."""
    placed: list[Segment] = []
    start = 0
    for tone, number in parts:
        if number and whole:
            placed.append(
                Segment(tone, f"{100 * start / whole:.2f}", f"{100 * number / whole:.2f}")
            )
        start += number
    return placed


def select(
    name: str, label: Text, every: Text, values: Iterable[tuple[str, Text]], *, now: str
) -> Select:
    """A filter by one of some values; `every` is its first option, which filters nothing."""
    options = [Option("", every, not now)]
    return Select(name, label, options + [Option(v, text, v == now) for v, text in values])
