"""What a request that only reads has read already: answered again without the database.

A page asks for the same few rows from many places (who holds which grant, which procedures there are),
each of which reads for itself, so that it can be used alone. Within a reading request the first answer
serves all of them, which also makes them agree. Where something may be written nothing is remembered.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("memory", default=None)


def remembered[R](key: Hashable, make: Callable[[], R]) -> R:
    """What was made for this key within the request; made anew at each call outside of one.

    What is given back is shared by all who ask: it is read and not changed.
    """
    held = _memory.get()
    if held is None:
        return make()
    if key not in held:
        held[key] = make()
    found: R = held[key]
    return found


@contextmanager
def remembering() -> Iterator[None]:
    """Within it `remembered` remembers; for what only reads."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)
