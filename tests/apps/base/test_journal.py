"""Entries are written with their act, cannot be changed, are sealed once, and say who did what."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from pytest_django import Settings

from furong.apps.base import actions, journal
from furong.apps.base.journal_chain import NotCanonical
from furong.apps.base.journal_check import Root
from furong.apps.base.models import AppendOnly, Batch, DistrictClock, Entry, PersonalValue
from furong.apps.directory.models import User
from tests.apps.base.together import together

SUBJECT = ("registry.subject", UUID("01700000-0000-7000-8000-000000000001"))


def note(number: int, at: datetime, **more: Any) -> Entry:
    with transaction.atomic():
        return journal.record(
            "subject.note", by="worker", at=at, about=SUBJECT, payload={"n": number}, **more
        )


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(at: datetime) -> None:
    with pytest.raises(transaction.TransactionManagementError, match=r"subject\.note"):
        journal.record("subject.note", by="worker", at=at, about=SUBJECT)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_entry(at: datetime) -> None:
    with pytest.raises(ArithmeticError), transaction.atomic():
        _fail(journal.record("subject.note", by="worker", at=at, about=SUBJECT))
    assert not Entry.objects.exists()


def _fail(_entry: Entry) -> None:
    raise ArithmeticError


@pytest.mark.django_db
class TestRecording:
    def test_says_who_did_what_to_which_thing_and_when(self, at: datetime) -> None:
        claimed = at - timedelta(hours=1)
        entry = note(1, at, occurred_at=claimed)
        entry.refresh_from_db()
        assert (entry.verb, entry.actor_label, entry.actor_id) == ("subject.note", "worker", None)
        assert (entry.about_type, entry.about_id) == (SUBJECT[0], str(SUBJECT[1]))
        assert (entry.occurred_at, entry.recorded_at) == (claimed, at)
        assert list(Entry.objects.about(SUBJECT)) == [entry]

    def test_names_a_user_by_id_and_never_by_name(self, at: datetime) -> None:
        official = User(username="wang.xm", name="王小明")
        entry = journal.record("case.close", by=official, at=at, about=SUBJECT)
        assert (entry.actor_id, entry.actor_label) == (official.id, "")

    def test_is_about_a_record_or_a_named_thing(self, at: datetime) -> None:
        clock = DistrictClock.objects.create(mode="real", set_at=at)
        entry = journal.record("clock.set", by="worker", at=at, about=clock)
        assert (entry.about_type, entry.about_id) == ("base.districtclock", "1")

    def test_writes_the_values_of_the_domain_as_plain_json(self, at: datetime) -> None:
        number = uuid4()
        payload = {
            "id": number,
            "amount": Decimal("1562.730"),
            "day": date(2020, 2, 29),
            "at": at,
            "streets": {"乙", "甲"},
            "pair": (1, None),
        }
        entry = journal.record("award.decide", by="worker", at=at, about=SUBJECT, payload=payload)
        entry.refresh_from_db()
        assert entry.payload == {
            "id": str(number),
            "amount": "1562.730",
            "day": "2020-02-29",
            "at": "2020-02-03T00:00:00.000000Z",
            "streets": ["乙", "甲"],
            "pair": [1, None],
        }

    @pytest.mark.parametrize(
        "payload", [{"rate": 0.5}, {"text": "\x00"}, {"text": "\udc00"}, {"n": 2**64}, {"x": b""}]
    )
    def test_refuses_what_could_not_be_sealed(
        self, at: datetime, payload: dict[str, object]
    ) -> None:
        with pytest.raises(NotCanonical, match=next(iter(payload))):
            journal.record("award.decide", by="worker", at=at, about=SUBJECT, payload=payload)
        with pytest.raises(NotCanonical):
            journal.record("award.decide", by="worker", at=at, about=SUBJECT, personal=payload)
        assert not Entry.objects.exists()

    @pytest.mark.parametrize("verb", ["", "close", "Case.close", "case close", "case.close "])
    def test_refuses_a_verb_that_is_not_noun_dot_verb(self, at: datetime, verb: str) -> None:
        with pytest.raises(ValueError, match=r"noun\.verb"):
            journal.record(verb, by="worker", at=at, about=SUBJECT)

    def test_refuses_a_time_without_zone_and_an_act_without_actor(self, at: datetime) -> None:
        with pytest.raises(NotCanonical, match="时区"):
            note(1, at.replace(tzinfo=None))
        with pytest.raises(ValueError, match="actor"):
            journal.record("case.close", by="", at=at, about=SUBJECT)


@pytest.mark.django_db
class TestAppendOnly:
    def test_the_orm_neither_changes_nor_deletes_entries(self, at: datetime) -> None:
        entry = note(1, at)
        entry.verb = "subject.other"
        attempts: list[Callable[[], object]] = [
            lambda: entry.save(),
            lambda: entry.delete(),
            lambda: Entry.objects.update(verb="x.y"),
            lambda: Entry.objects.filter(verb="subject.note").delete(),
            lambda: Entry.objects.bulk_update([entry], ["verb"]),
            lambda: Entry.objects.bulk_create(
                [entry], update_conflicts=True, unique_fields=["id"], update_fields=["verb"]
            ),
            lambda: Entry.objects.update_or_create(id=entry.id, defaults={"verb": "x.y"}),
        ]
        for attempt in attempts:
            with pytest.raises(AppendOnly):
                attempt()
        assert Entry.objects.get().verb == "subject.note"

    def test_nor_batches(self, at: datetime) -> None:
        note(1, at)
        [batch] = journal.seal(at=at)
        attempts: list[Callable[[], object]] = [
            batch.save,
            batch.delete,
            Batch.objects.all().delete,
        ]
        for attempt in attempts:
            with pytest.raises(AppendOnly):
                attempt()


@pytest.mark.django_db
class TestSealing:
    def test_gives_positions_in_the_order_of_recording(self, at: datetime) -> None:
        later = note(2, at + timedelta(seconds=1))
        earlier = note(1, at)
        journal.seal(at=at + timedelta(minutes=1))
        entries = Entry.objects.order_by("position")
        assert [(entry.id, entry.position) for entry in entries] == [(earlier.id, 1), (later.id, 2)]
        assert not Entry.objects.unsealed().exists()

    def test_chains_batches(self, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(journal, "BATCH_SIZE", 3)
        for number in range(7):
            note(number, at)
        batches = journal.seal(at=at)
        assert [(batch.first, batch.last) for batch in batches] == [(1, 3), (4, 6), (7, 7)]
        assert [batch.previous_root for batch in batches] == [
            "0" * 64,
            batches[0].root,
            batches[1].root,
        ]
        assert journal.publish_root() == Root(batches[2].root, 7)

    def test_an_entry_that_arrives_late_comes_into_a_later_batch(self, at: datetime) -> None:
        note(1, at)
        journal.seal(at=at)
        note(2, at - timedelta(days=1))
        journal.seal(at=at)
        assert list(Entry.objects.order_by("position").values_list("payload__n", flat=True)) == [
            1,
            2,
        ]
        assert journal.verify().sound

    def test_with_nothing_new_makes_no_batch(self, at: datetime) -> None:
        assert journal.seal(at=at) == []
        with pytest.raises(journal.Unsealed, match="journal seal"):
            journal.publish_root()

    def test_each_batch_records_its_algorithm(self, at: datetime, settings: Settings) -> None:
        note(1, at)
        journal.seal(at=at)
        settings.FURONG_JOURNAL_HASH = "sm3"
        note(2, at)
        journal.seal(at=at)
        assert list(Batch.objects.values_list("algorithm", flat=True)) == ["sha256", "sm3"]
        assert journal.verify(journal.publish_root()).sound

    def test_an_unknown_algorithm_is_refused(self, at: datetime, settings: Settings) -> None:
        settings.FURONG_JOURNAL_HASH = "md5"
        note(1, at)
        with pytest.raises(ImproperlyConfigured, match="sha256, sm3"):
            journal.seal(at=at)


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_seal_each_entry_once(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "BATCH_SIZE", 5)
    for number in range(40):
        note(number, at)
    outcomes = together(4, lambda _number: journal.seal(at=at))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    journal.seal(at=at)
    report = journal.verify(journal.publish_root())
    assert (report.sound, report.entries, report.unsealed) == (True, 40, 0)


@pytest.mark.django_db(transaction=True)
def test_verifying_while_others_write_and_seal_finds_nothing(
    at: datetime, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setattr(journal, "BATCH_SIZE", 4)
    settings.FURONG_ERASURES = str(tmp_path / "erasures.jsonl")

    def act(number: int) -> bool:
        if number:
            reports = [journal.verify() for _ in range(10)]
            assert not [r.findings for r in reports if not r.sound]
            return True
        for count in range(60):
            note(count, at, personal={"phone": "13912345678"})
            if count % 3 == 0:
                journal.seal(at=at)
                values = PersonalValue.objects.about(SUBJECT)
                actions.erase(values, about=SUBJECT, reason="本人申请", by="worker", at=at)
        return True

    assert together(3, act) == [True, True, True]


@pytest.mark.django_db
class TestVerifying:
    def test_an_empty_journal_is_sound(self) -> None:
        report = journal.verify()
        assert (report.sound, report.entries, report.root) == (True, 0, None)

    def test_counts_what_is_not_sealed_yet(self, at: datetime) -> None:
        note(1, at)
        journal.seal(at=at)
        note(2, at)
        report = journal.verify()
        assert (report.sound, report.entries, report.unsealed) == (True, 1, 1)

    def test_a_root_of_long_ago_still_holds(self, at: datetime) -> None:
        note(1, at)
        journal.seal(at=at)
        kept = journal.publish_root()
        note(2, at)
        journal.seal(at=at)
        assert journal.verify(kept).sound
        assert journal.verify(str(kept)).sound
        assert journal.verify(kept.hex, kept.position).sound

    def test_a_root_of_another_journal_does_not(self, at: datetime) -> None:
        note(1, at)
        journal.seal(at=at)
        report = journal.verify("f" * 64, 1)
        assert report.first is not None
        assert (report.first.what, report.first.position) == ("root", 1)

    def test_a_journal_cut_short_shows_against_the_root(self, at: datetime) -> None:
        note(1, at)
        journal.seal(at=at)
        report = journal.verify("f" * 64, 9)
        assert report.first is not None
        assert (report.first.what, report.first.position) == ("truncated", 2)
        assert "第 1 条" in report.first.message
        assert "第 9 条" in report.first.message

    def test_a_root_inside_a_batch_is_questioned(self, at: datetime) -> None:
        note(1, at)
        note(2, at)
        journal.seal(at=at)
        report = journal.verify("f" * 64, 1)
        assert report.first is not None
        assert report.first.what == "root"

    @pytest.mark.parametrize("root", ["", "abc@1", "f" * 64, "f" * 64 + "@0", "g" * 64 + "@1"])
    def test_a_malformed_root_is_explained(self, root: str) -> None:
        with pytest.raises(ValueError, match="furong journal root"):
            journal.verify(root)
