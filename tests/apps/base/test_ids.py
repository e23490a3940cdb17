"""Identifiers sort by when they were made, and never repeat."""

import os
import threading
import time
from uuid import RFC_4122, UUID

import pytest

from furong.apps.base import ids
from furong.apps.base.ids import uuid7


def test_is_a_version_7_uuid_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after + 1


def test_later_ones_sort_after_earlier_ones() -> None:
    made = [uuid7() for _ in range(50_000)]
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)
    assert len(set(made)) == len(made)


def test_threads_never_share_one() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]

    def fill(mine: list[UUID]) -> None:
        mine.extend(uuid7() for _ in range(5_000))

    threads = [threading.Thread(target=fill, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    assert len({one for mine in made for one in mine}) == 40_000


def test_goes_on_counting_when_the_machine_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = uuid7()
    an_hour_ago = time.time_ns() - 3_600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: an_hour_ago)
    assert uuid7() > first


def test_a_full_counter_borrows_from_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns() + 10**9
    monkeypatch.setattr(time, "time_ns", lambda: now)
    first = uuid7()
    monkeypatch.setattr(ids, "_counter", 2**42 - 1)
    second = uuid7()
    assert second.int >> 80 == (first.int >> 80) + 1


def test_a_forked_child_does_not_count_on_from_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns() + 10**9
    monkeypatch.setattr(time, "time_ns", lambda: now)
    parent = uuid7()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, uuid7().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    theirs = UUID(bytes=os.read(reader, 16))
    os.close(reader)
    os.close(writer)
    assert theirs.int >> 32 != uuid7().int >> 32
    assert theirs.int >> 80 == parent.int >> 80
