"""Writers of one SQLite file take turns, and a writer that dies gives its turn back."""

import fcntl
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from furong.apps.base.compiled import insert
from furong.apps.base.models import Timer
from furong.config.sqlite.base import SUFFIX
from tests.apps.base.together import together

AT = datetime(2020, 2, 20, tzinfo=UTC)

pytestmark = [
    pytest.mark.skipif(
        "postgresql" in os.environ.get("DATABASE_URL", ""), reason="is about SQLite's one writer"
    ),
    pytest.mark.django_db(transaction=True),
]


def _turn() -> Path:
    return Path(f"{connection.settings_dict['NAME']}{SUFFIX}")


def _is_free() -> bool:
    """Whether nobody holds the turn at this moment."""
    descriptor = os.open(_turn(), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _add(key: str) -> None:
    with transaction.atomic():
        insert([Timer(name="test.turn", key=key, due_at=AT, try_at=AT)])


def test_the_turn_is_held_as_long_as_a_transaction_is_open_however_it_ends() -> None:
    with transaction.atomic():
        assert not _is_free()
        with transaction.atomic():
            _add("inner")
        assert not _is_free()
    assert _is_free()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    assert _is_free()
    _add("inner-2")
    with pytest.raises(DatabaseError), transaction.atomic():
        _add("inner")  # it waits already
    assert _is_free()


def test_many_writers_at_once_all_write() -> None:
    def add(writer: int) -> None:
        for number in range(10):
            _add(f"{writer}-{number}")

    assert [one for one in together(12, add) if one is not None] == []
    assert Timer.objects.filter(name="test.turn").count() == 120


HOLDS = """
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_a_process_that_is_killed_gives_its_turn_back() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(_turn())], stdout=subprocess.PIPE
    ) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == b"held\n"
        assert not _is_free()
        one.kill()
    _add("after")
    assert Timer.objects.get(name="test.turn").key == "after"
