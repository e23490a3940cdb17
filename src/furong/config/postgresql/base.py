"""Statements that are run at every act are prepared by the server once for a connection.

Django puts values into a statement's text itself, and PostgreSQL reads and plans it anew each time:
for a read of one row by its key that is most of the work. A prepared statement takes its values beside
it. Ordinary querysets, of which each is another text, go Django's way.
"""

from typing import Any

from django.db.backends.postgresql import base

STATEMENTS = 500
"""The most that a connection keeps prepared; of one text there are as many as kinds of values."""


class DatabaseWrapper(base.DatabaseWrapper):
    def _configure_connection(self, connection: Any) -> bool:
        connection.prepared_max = STATEMENTS
        # Of long conditions it would make machine code: seconds' work for a page of milliseconds.
        connection.execute("SET jit = off")
        super()._configure_connection(connection)  # type: ignore[misc] # not in the stubs
        return True  # to be committed, where the connection does not commit by itself

    def preparing_cursor(self) -> Any:
        """As `cursor`, for statements whose text stays the same."""
        self.ensure_connection()
        usual = self.connection.cursor_factory
        self.connection.cursor_factory = base.ServerBindingCursor
        try:
            return self.cursor()
        finally:
            self.connection.cursor_factory = usual
