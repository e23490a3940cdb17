"""Writers of one SQLite file queue in the kernel instead of knocking.

SQLite has one writer. Whoever finds it busy sleeps and tries again, up to a tenth of a second later
and in no order: the lock lies idle between two tries, and under load the unlucky wait for seconds.
Here a transaction first takes a lock file (flock), which the kernel hands over at once, and a process
that dies gives back. Reads, and single statements outside of a transaction, need no turn.
"""

import fcntl
import os
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

SUFFIX = "-turn"
"""Of the lock file, which is empty and lies beside the database like its `-wal` and `-shm`."""


class Cursor(base.SQLiteCursorWrapper):
    """Puts SQLite's placeholders into a statement once, not at each run."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None:
            return _converted(query)
        return super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=512)
def _converted(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """turn: the descriptor of the lock file; its lock is held while a transaction is open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: int | None = None

    def create_cursor(self, name: str | None = None) -> Cursor:  # noqa: ARG002 - as the base's
        made: Cursor = self.connection.cursor(factory=Cursor)
        return made

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # as below
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc] # one that fails is rolled back, which ends the turn
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc] # not in the stubs
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc] # not in the stubs
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        if self._turn is not None or self.is_in_memory_db():
            return
        path = f"{self.settings_dict['NAME']}{SUFFIX}"
        turn = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
        except BaseException:
            os.close(turn)
            raise
        self._turn = turn

    def _end_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)  # which gives the lock back
            self._turn = None
