"""A request that arrives twice has one effect and one reply."""

import threading
from datetime import datetime

import pytest

from furong.apps.base import journal
from furong.apps.base.idempotency import BadKey, Conflict, digest_of, once
from furong.apps.base.models import Entry, Reply
from tests.apps.base.together import together

REPORT = {"subject": "1", "staff": 12}
KEY = "0190f0e2-report"


def report(at: datetime, *, key: str = KEY, by: str = "owner", body: object = REPORT) -> object:
    """What a form or the API does with a daily report."""
    with once(key, by=by, digest=digest_of(body)) as request:
        if not request.answered:
            entry = journal.record("report.submit", by=by, at=at, about=("registry.subject", "1"))
            request.reply = {"status": 201, "entry": str(entry.id)}
    return request.reply


@pytest.mark.django_db
class TestOnce:
    def test_a_repeated_request_gets_the_first_reply_and_does_nothing(self, at: datetime) -> None:
        first = report(at)
        assert report(at) == first
        assert Entry.objects.count() == 1

    def test_another_request_under_the_same_key_is_a_conflict(self, at: datetime) -> None:
        report(at)
        with pytest.raises(Conflict, match=KEY):
            report(at, body={**REPORT, "staff": 13})
        assert Entry.objects.count() == 1

    def test_keys_of_different_principals_do_not_meet(self, at: datetime) -> None:
        assert report(at, by="owner") != report(at, by="liaison")
        assert Entry.objects.count() == 2

    def test_a_request_that_failed_may_be_sent_again(self, at: datetime) -> None:
        with pytest.raises(ArithmeticError), once(KEY, by="owner", digest=digest_of(REPORT)):
            raise ArithmeticError
        assert not Reply.objects.exists()
        report(at)
        assert Entry.objects.count() == 1

    def test_ending_without_a_reply_is_a_fault_and_leaves_nothing(self) -> None:
        with pytest.raises(RuntimeError, match=KEY), once(KEY, by="owner", digest="00"):
            pass
        assert not Reply.objects.exists()

    @pytest.mark.parametrize("key", ["", "a" * 201, "a\x00b", "a\nb", "\ud800"])
    def test_an_unusable_key_is_refused(self, at: datetime, key: str) -> None:
        with pytest.raises(BadKey, match="200"):
            report(at, key=key)


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"})
    assert digest_of(b"abc").startswith("ba7816bf")


@pytest.mark.django_db(transaction=True)
def test_duplicates_at_once_have_one_effect_and_the_same_reply(at: datetime) -> None:
    replies = together(8, lambda _number: report(at))
    assert Entry.objects.count() == 1
    assert [reply for reply in replies if reply != replies[0]] == []
    assert replies[0] == {"status": 201, "entry": str(Entry.objects.get().id)}


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_takes_over_when_the_first_one_fails(at: datetime) -> None:
    first = threading.Lock()

    def act(_number: int) -> object:
        with once(KEY, by="owner", digest=digest_of(REPORT)) as request:
            if not request.answered:
                if first.acquire(blocking=False):
                    raise ArithmeticError
                journal.record("report.submit", by="owner", at=at, about=("registry.subject", "1"))
                request.reply = {"status": 201}
        return request.reply

    outcomes = together(4, act)
    assert sum(isinstance(outcome, ArithmeticError) for outcome in outcomes) == 1
    assert outcomes.count({"status": 201}) == 3
    assert Entry.objects.count() == 1
