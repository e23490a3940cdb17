"""Django's backend for PostgreSQL, with cursors that prepare their statements."""
