"""Settings read from the environment, each named once and typed; `docs/reference/settings.md` lists them."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PREPARED_AFTER = 5
"""Runs on a connection, after which PostgreSQL is to keep a statement prepared."""


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """`1`, `true`, `yes`, `on` or their opposites; anything else is an error that says so."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(
        f"{name}={value!r} is not a yes or a no. Write {name}=1 or {name}=0."
    )


def number(name: str, *, default: int) -> int:
    """A whole number above zero; anything else is an error that says so."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or int(value) == 0:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not a number. Write {name}={default}, for example."
        )
    return int(value)


def words(name: str, default: str) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, object]:
    """Django's database settings for `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.

    SQLite gets write-ahead logging, IMMEDIATE transactions and a long timeout: each of the three
    alone still answers "database is locked" under concurrent writers. Its writers take turns.
    `?prepare=0`: PostgreSQL prepares no statements, for a pooler between that does not know them.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path.removeprefix("/"))
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "furong.config.sqlite",
            "NAME": path,
            # A new connection would read the whole schema and set up its functions at each request.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "furong.config.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.get("host", parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": {
                "pool": True,
                "prepare_threshold": None if query.get("prepare") == "0" else PREPARED_AFTER,
            },
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL has the scheme {parts.scheme!r}. "
        "Write sqlite:///path/to/file.sqlite3 or postgresql://user:password@host:5432/name."
    )
