"""What differs between two packs, object by object."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from furong.packs.models.sections import NOUNS
from furong.packs.pack import Pack

type ChangeKind = Literal["added", "removed", "changed"]

ABSENT: Final = None
"""Stands for a value that one side does not have; files cannot hold a null that matters."""


class Value(NamedTuple):
    """One value that differs, `path` inside its object; ABSENT where a side has none."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """An object that one of two packs lacks, or whose `values` differ."""

    kind: ChangeKind
    section: str
    name: str
    values: tuple[Value, ...] = ()


def diff(before: Pack, after: Pack) -> list[Change]:
    """The changes that lead from one pack to another, each with all that it extends."""
    old, new = before.content(), after.content()
    changes = [*_values((), old.pop("pack"), new.pop("pack"))]
    chains = old.pop("chain"), new.pop("chain")
    changes += _values(("chain",), *chains)
    found = [Change("changed", "pack", "pack.yaml", tuple(changes))] if changes else []
    order = [noun.section for noun in NOUNS]
    for section in (*order, *sorted({*old, *new} - set(order))):
        found += _objects(section, old.get(section, {}), new.get(section, {}))
    return found


def values_that_differ(old: Any, new: Any, *path: str) -> list[Value]:
    """The values in which two objects of plain JSON differ, each at its path below `path`."""
    return [*_values(path, old, new)]


def _objects(section: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in (*old, *(name for name in new if name not in old)):
        if name not in new:
            yield Change("removed", section, name)
        elif name not in old:
            yield Change("added", section, name)
        elif values := tuple(_values((), old[name], new[name])):
            yield Change("changed", section, name, values)


def _values(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Value]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in (*old, *(key for key in new if key not in old)):
            yield from _values((*path, key), old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        found = [*_items(path, _by_id(old), _by_id(new))]
        yield from found or [Value(".".join(path), [*_by_id(old)], [*_by_id(new)])]
    else:
        yield Value(".".join(path), old, new)


def _items(path: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Value]:
    """What left a list, what came to it and what changed in it; nothing for another order."""
    for name in (*old, *(name for name in new if name not in old)):
        if name in old and name in new:
            yield from _values((*path, name), old[name], new[name])
        else:
            yield Value(".".join(path), old.get(name, ABSENT), new.get(name, ABSENT))


def _by_id(items: list[Any]) -> dict[str, Any]:
    """The items under their ids, as criteria have them, or else under their own text."""
    return {
        item["id"] if isinstance(item, dict) and "id" in item else str(item): item for item in items
    }
