"""A request that only reads is answered once; nothing is remembered where something may be written."""

from datetime import UTC, datetime
from functools import partial
from threading import Thread

import pytest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from furong.apps.base.compiled import Reading
from furong.apps.base.models import Timer
from furong.apps.base.remembering import remembered, remembering
from furong.faces.web.remembering import remember

AT = datetime(2020, 2, 20, 1, 30, tzinfo=UTC)
BY_NAME = Reading(lambda name: Timer.objects.filter(name=name), "name", shared=True)


def test_outside_of_a_reading_request_everything_is_made_anew() -> None:
    made: list[int] = []
    remembered("key", lambda: made.append(1))
    remembered("key", lambda: made.append(1))
    assert made == [1, 1]


def test_within_one_what_was_made_for_a_key_serves_all_who_ask_and_ends_with_it() -> None:
    made: list[str] = []
    for _request in range(2):
        with remembering():
            for key in ("a", "b", "a"):
                remembered(key, partial(made.append, key))
    assert made == ["a", "b", "a", "b"]


def test_another_thread_does_not_share_it() -> None:
    made: list[str] = []
    with remembering():
        remembered("key", lambda: made.append("here"))
        other = Thread(target=lambda: remembered("key", lambda: made.append("there")))
        other.start()
        other.join()
    assert made == ["here", "there"]


@pytest.mark.django_db
def test_a_shared_reading_asks_the_database_once_for_the_same_values(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Timer.objects.create(name="test.ring", key="a", payload={}, due_at=AT, try_at=AT)
    with remembering(), django_assert_num_queries(2):
        first = BY_NAME.all(name="test.ring")
        first.clear()  # a caller's list is its own
        assert [one.key for one in BY_NAME.all(name="test.ring")] == ["a"]
        assert BY_NAME.all(name="test.other") == []
    with django_assert_num_queries(2):
        BY_NAME.all(name="test.ring")
        BY_NAME.all(name="test.ring")


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "times"), [("get", 1), ("head", 1), ("post", 2)])
def test_only_requests_that_read_remember(method: str, times: int) -> None:
    made: list[int] = []

    def answer(_request: object) -> object:
        remembered("key", lambda: made.append(1))
        remembered("key", lambda: made.append(1))
        return None

    remember(answer)(getattr(RequestFactory(), method)("/"))  # type: ignore[arg-type]
    assert len(made) == times
