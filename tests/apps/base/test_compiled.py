"""Compiled reads and writes do what the ORM does, on whichever database the tests run."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from pytest_django import DjangoAssertNumQueries

from furong.apps.base.compiled import Kept, Reading, insert, update
from furong.apps.base.models import Timer
from furong.config.env import PREPARED_AFTER, database

AT = datetime(2020, 2, 20, 1, 30, 15, 250, tzinfo=UTC)
BY_NAME = Reading(lambda name, at: Timer.objects.filter(name=name, due_at__lte=at), "name", "at")
BY_ID = Reading(lambda pk: Timer.objects.filter(pk=pk), "pk")
KEYS = Reading(lambda name: Timer.objects.filter(name=name).values_list("key", "payload"), "name")


def _timer(key: str, *, name: str = "test.ring", due_at: datetime = AT) -> Timer:
    return Timer(name=name, key=key, payload={"钱": [1, None]}, due_at=due_at, try_at=due_at)


@pytest.mark.django_db
def test_what_was_inserted_is_read_as_a_queryset_reads_it() -> None:
    made = [_timer("a"), _timer("b"), _timer("c", due_at=AT + timedelta(microseconds=1))]
    assert insert(made) == 3
    found = BY_NAME.all(name="test.ring", at=AT)
    wanted = [*Timer.objects.filter(name="test.ring", due_at__lte=AT)]
    assert sorted(one.key for one in found) == sorted(one.key for one in wanted) == ["a", "b"]
    assert [one.__dict__ | {"_state": None} for one in sorted(found, key=lambda o: o.key)] == [
        one.__dict__ | {"_state": None} for one in sorted(wanted, key=lambda o: o.key)
    ]
    assert dict(KEYS.all(name="test.ring"))["a"] == {"钱": [1, None]}
    assert KEYS.all(name="test.other") == []


@pytest.mark.django_db
def test_values_are_values_and_never_part_of_the_statement() -> None:
    insert([_timer("x' OR '1'='1"), _timer("%s"), _timer("100%")])
    assert KEYS.all(name="' OR '1'='1") == []
    assert {key for key, _payload in KEYS.all(name="test.ring")} == {"x' OR '1'='1", "%s", "100%"}


@pytest.mark.django_db
def test_update_writes_the_named_fields_of_these_rows_and_nothing_else() -> None:
    one, other = _timer("one"), _timer("other")
    insert([one, other])
    one.error, one.attempts = "断网", 3
    update([one], "error")
    (read,) = BY_ID.all(pk=one.pk)
    assert (read.error, read.attempts) == ("断网", 0)
    one.error = ""
    update([one, other])
    rows = [*BY_ID.all(pk=one.pk), *BY_ID.all(pk=other.pk)]
    assert [(row.error, row.attempts) for row in rows] == [("", 3), ("", 0)]
    assert BY_ID.first(pk=uuid4()) is None


@pytest.mark.django_db
def test_of_a_kept_row_is_written_what_changed_also_in_its_place(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one = _timer("kept")
    insert([one])
    kept = Kept(one)
    with django_assert_num_queries(0):
        kept.save()
    Timer.objects.filter(pk=one.pk).update(error="另一处写的")
    one.attempts = 2
    one.payload["钱"].append(3)
    kept.save()
    (read,) = BY_ID.all(pk=one.pk)
    assert (read.attempts, read.payload, read.error) == (2, {"钱": [1, None, 3]}, "另一处写的")
    with django_assert_num_queries(0):
        kept.save()


@pytest.mark.django_db
def test_a_row_that_is_there_already_is_an_error_or_none_as_the_caller_says() -> None:
    insert([_timer("twice")])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([_timer("twice")])
    again = _timer("twice")
    assert insert([again], conflict="ON CONFLICT DO NOTHING") == 0
    assert Timer.objects.filter(key="twice").count() == 1


@pytest.mark.django_db
def test_what_was_inserted_counts_as_saved() -> None:
    made = _timer("saved")
    insert([made])
    made.attempts = 1
    made.save()  # an update, not a second row
    assert Timer.objects.get(key="saved").attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_reading_compiled_in_one_thread_reads_in_another() -> None:
    insert([_timer("shared")])
    assert len(KEYS.all(name="test.ring")) == 1
    found: list[object] = []

    def read() -> None:
        try:
            found.extend(KEYS.all(name="test.ring"))
        finally:
            connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert found == [("shared", {"钱": [1, None]})]


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_only() -> None:
    insert([_timer("held")])
    held = Reading(lambda key: Timer.objects.filter(key=key).select_for_update(), "key")
    with transaction.atomic():
        assert held.first(key="held") is not None
    with pytest.raises(TransactionManagementError):
        held.first(key="held")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL prepares statements")
@pytest.mark.django_db
def test_a_statement_that_is_run_again_and_again_is_prepared() -> None:
    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'timer'")
            return int(cursor.fetchone()[0])

    before = prepared()
    for n in range(PREPARED_AFTER + 1):
        insert([_timer(f"x{n}")])
        assert BY_NAME.first(name="test.ring", at=AT) is not None
    assert prepared() > before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has a JIT compiler")
@pytest.mark.django_db
def test_no_machine_code_is_made_for_a_page() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_a_pooler_that_knows_no_prepared_statements_is_spared_them() -> None:
    url = "postgresql://user@host/name"
    thresholds = [database(one)["OPTIONS"] for one in (url, f"{url}?prepare=0")]
    assert [one["prepare_threshold"] for one in thresholds] == [PREPARED_AFTER, None]  # type: ignore[index]
