"""Time-ordered identifiers: UUID version 7 of RFC 9562, section 5.7."""

import os
import secrets
import threading
import time
from uuid import UUID

_COUNTER_BITS = 42  # rand_a (12 bits) and the first 30 bits of rand_b: method 1 of section 6.2
_TAIL_BITS = 32
_COUNTER_MAX = (1 << _COUNTER_BITS) - 1

_lock = threading.Lock()
_millisecond = 0
_counter = 0


def uuid7() -> UUID:
    """A new UUIDv7, greater than every one this process made before.

    The first 48 bits are Unix milliseconds of the machine's clock (never the district's); within a
    millisecond, and while that clock is set back, a counter goes on instead.
    """
    global _millisecond, _counter
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _millisecond:
            _millisecond = now
            _counter = secrets.randbits(_COUNTER_BITS - 1)  # the top bit is left free to count up
        elif _counter < _COUNTER_MAX:
            _counter += 1
        else:
            _millisecond += 1
            _counter = secrets.randbits(_COUNTER_BITS - 1)
        millisecond, counter = _millisecond, _counter
    high, low = divmod(counter, 1 << 30)
    return UUID(
        int=(millisecond & 0xFFFF_FFFF_FFFF) << 80
        | 0x7 << 76
        | high << 64
        | 0b10 << 62
        | low << _TAIL_BITS
        | secrets.randbits(_TAIL_BITS)
    )


def _forget() -> None:
    """A forked child must not count on from its parent's number: the two would share values."""
    global _lock, _millisecond
    _lock = threading.Lock()
    _millisecond = 0


os.register_at_fork(after_in_child=_forget)
