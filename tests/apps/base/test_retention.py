"""What is kept for a while only goes when its time has come, and nothing else does."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from furong.apps.base import clock, retention, timers
from furong.apps.base.files import store
from furong.apps.base.idempotency import digest_of, once
from furong.apps.base.models import Entry, Reply, StoredFile, Timer
from furong.packs import Pack

DAY = timedelta(days=1)
PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def media(db: None, settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def ask(key: str, answer: str) -> str:
    with once(key, by="client", digest=digest_of(b"")) as request:
        if not request.answered:
            request.reply = answer
    return str(request.reply)


def age(path: Path, span: timedelta) -> None:
    """Makes a file look as if it had lain there for a time."""
    moment = (clock.real() - span).timestamp()
    os.utime(path, (moment, moment))


def blob(content: bytes, at: datetime) -> Path:
    return store(content, name="a.pdf", by="test", at=at).path


def test_a_reply_is_forgotten_after_its_time(settings: Settings, at: datetime) -> None:
    settings.FURONG_REPLY_DAYS = 7
    for key, days in (("old", 8), ("young", 6)):
        ask(key, "first")
        Reply.objects.filter(key=key).update(made_at=clock.real() - days * DAY)
    retention.purge(at=at)
    assert ask("young", "second") == "first"
    assert ask("old", "second") == "second"


def test_a_content_that_nobody_refers_to_goes_and_others_stay(at: datetime) -> None:
    kept, orphan, fresh = (blob(PDF + name, at) for name in (b"kept", b"orphan", b"fresh"))
    StoredFile.objects.exclude(sha256=kept.parent.name + kept.name).delete()
    for path in (kept, orphan):
        age(path, 2 * DAY)
    retention.purge(at=at)
    assert (kept.exists(), orphan.exists(), fresh.exists()) == (True, False, True)
    assert Entry.objects.get(verb="base.purge").payload == {"replies": 0, "files": 1}


def test_a_content_stays_while_any_file_of_it_is_left(at: datetime) -> None:
    path = blob(PDF, at)
    blob(PDF, at)
    first = StoredFile.objects.first()
    assert first is not None
    first.delete()
    age(path, 2 * DAY)
    retention.purge(at=at)
    assert path.read_bytes() == PDF


def test_what_a_dead_process_was_taking_in_goes_as_well(media: Path, at: datetime) -> None:
    media.mkdir()
    for name, span in (("incoming-dead", 2 * DAY), ("incoming-now", timedelta(0))):
        (media / name).write_bytes(b"half")
        age(media / name, span)
    retention.purge(at=at)
    assert [path.name for path in media.iterdir()] == ["incoming-now"]


def test_a_content_that_is_stored_anew_while_it_is_removed_stays(
    monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    path = blob(PDF, at)
    StoredFile.objects.all().delete()
    age(path, 2 * DAY)
    rename = Path.rename

    def store_first(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        blob(PDF, at)  # between the look at the file and its removal
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", store_first)
    retention.purge(at=at)
    assert StoredFile.objects.get().open().read() == PDF


def test_with_nothing_to_purge_nothing_is_written(at: datetime) -> None:
    retention.purge(at=at)
    assert not Entry.objects.exists()


def test_whoever_ticks_does_it_every_day(district: Pack, at: datetime) -> None:
    for day in range(1, 4):
        Reply.objects.create(principal="client", key=f"{day}", digest="")
        Reply.objects.update(made_at=clock.real() - 400 * DAY)
        assert timers.tick(at + day * DAY) == 1
        assert not Reply.objects.exists()
        assert timers.tick(at + day * DAY) == 0
    assert not Timer.objects.failing().exists()


def test_installing_again_does_not_put_it_off(district: Pack, at: datetime) -> None:
    retention.begin(at + 30 * DAY)
    assert Timer.objects.waiting().get(name=retention.TIMER).due_at == at + DAY
