"""Several threads at one thing, each with its own connection, let go at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def together[R](count: int, act: Callable[[int], R]) -> list[R | Exception]:
    """What `act(0)` … `act(count - 1)` returned or raised, run at once."""
    gate = threading.Barrier(count, timeout=20)

    def run(number: int) -> R | Exception:
        try:
            gate.wait()
            return act(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
