"""The way a thing went from hand to hand: forwardings as a tree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from furong.apps.notices.models import Forwarding


def in_order(forwardings: Iterable[Forwarding]) -> Iterator[tuple[int, Forwarding]]:
    """(depth, forwarding), each followed by those that came by it; the roots have depth 0.

    One whose parent is not among them stands as a root.
    """
    found = list(forwardings)
    held = {one.pk for one in found}
    below: dict[UUID | None, list[Forwarding]] = defaultdict(list)
    for one in found:
        below[one.parent_id if one.parent_id in held else None].append(one)
    todo = [(0, one) for one in reversed(below[None])]
    while todo:
        depth, one = todo.pop()
        yield depth, one
        todo += [(depth + 1, child) for child in reversed(below[one.pk])]
