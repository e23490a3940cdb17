"""Personal values: unreadable in the tables, shown only by an act, gone when erased."""

import json
import stat
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from furong.apps.base import actions, cipher, journal
from furong.apps.base.models import Entry, PersonalValue
from furong.apps.base.personal import open_value

PERSON = ("registry.subject", UUID("01700000-0000-7000-8000-000000000004"))
PHONE = "13912345678"
OTHER_KEY = "5a" * 32


@pytest.fixture
def entry(at: datetime, db: None) -> Entry:
    return journal.record(
        "subject.register",
        by="worker",
        at=at,
        about=PERSON,
        payload={"kind": "person"},
        personal={"phone": PHONE, "relatives": ["张三", "李四"]},
    )


@pytest.fixture
def erasures(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "elsewhere" / "erasures.jsonl"
    settings.FURONG_ERASURES = str(path)
    return path


def in_the_tables() -> bytes:
    """All that lies in the journal's tables, as a thief would find it."""
    found = []
    with connection.cursor() as cursor:
        for table in ("base_entry", "base_personalvalue"):
            cursor.execute(f"SELECT * FROM {table}")
            found += [
                bytes(value) if isinstance(value, memoryview) else value
                for row in cursor.fetchall()
                for value in row
            ]
    return repr(found).encode()


class TestKeeping:
    def test_the_entry_holds_commitments_and_no_value(self, entry: Entry) -> None:
        entry.refresh_from_db()
        assert sorted(entry.commitments) == ["phone", "relatives"]
        assert all(len(commitment) == 64 for commitment in entry.commitments.values())
        assert PHONE.encode() not in in_the_tables()
        assert "张三" not in in_the_tables().decode()

    def test_equal_values_have_unequal_commitments(self, at: datetime, entry: Entry) -> None:
        again = journal.record(
            "subject.register", by="worker", at=at, about=PERSON, personal={"phone": PHONE}
        )
        assert again.commitments["phone"] != entry.commitments["phone"]

    def test_looking_is_an_act(self, at: datetime, entry: Entry) -> None:
        shown = actions.reveal(entry, reason="回访", by="worker", at=at)
        assert shown == {"phone": PHONE, "relatives": ["张三", "李四"]}
        act = Entry.objects.get(verb="personal.view")
        assert (act.about_type, act.about_id) == (PERSON[0], str(PERSON[1]))
        assert act.payload == {
            "entry": str(entry.id),
            "names": ["phone", "relatives"],
            "reason": "回访",
        }


class TestErasing:
    def erase(self, at: datetime) -> int:
        values = PersonalValue.objects.about(PERSON)
        return actions.erase(values, about=PERSON, reason="本人申请", by="worker", at=at)

    def test_leaves_commitments_a_journal_that_verifies_and_no_value(
        self, at: datetime, entry: Entry, erasures: Path
    ) -> None:
        journal.seal(at=at)
        kept = journal.publish_root()
        commitments = dict(entry.commitments)
        assert self.erase(at + timedelta(days=1)) == 2
        entry.refresh_from_db()
        assert entry.commitments == commitments
        assert actions.reveal(entry, reason="回访", by="worker", at=at) == {}
        assert all((row.salt, row.ciphertext) == (b"", b"") for row in PersonalValue.objects.all())
        journal.seal(at=at + timedelta(days=1))
        assert journal.verify(kept).sound

    def test_is_an_act_that_names_values_by_id(
        self, at: datetime, entry: Entry, erasures: Path
    ) -> None:
        self.erase(at)
        act = Entry.objects.get(verb="personal.erase")
        assert set(act.payload["values"]) == {
            str(row.id) for row in PersonalValue.objects.filter(entry=entry)
        }
        assert act.payload["reason"] == "本人申请"

    def test_twice_is_once(self, at: datetime, entry: Entry, erasures: Path) -> None:
        self.erase(at)
        assert self.erase(at) == 0
        assert Entry.objects.filter(verb="personal.erase").count() == 1

    def test_leaves_others_alone(self, at: datetime, entry: Entry, erasures: Path) -> None:
        other = journal.record(
            "subject.register",
            by="worker",
            at=at,
            about=("registry.subject", uuid4()),
            personal={"phone": "13800000000"},
        )
        self.erase(at)
        assert actions.reveal(other, reason="回访", by="worker", at=at) == {"phone": "13800000000"}

    def test_is_repeated_after_an_old_backup_was_restored(
        self,
        at: datetime,
        entry: Entry,
        erasures: Path,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        journal.seal(at=at)
        backup = list(PersonalValue.objects.values_list("pk", "salt", "ciphertext"))
        with django_capture_on_commit_callbacks(execute=True):
            self.erase(at)
        for pk, salt, ciphertext in backup:
            PersonalValue.objects.filter(pk=pk).update(
                salt=salt, ciphertext=ciphertext, erased_at=None
            )
        found = journal.verify().first
        assert found is not None
        assert "furong journal reapply" in found.message

        lines = erasures.read_bytes().splitlines()
        assert {json.loads(line)["value"] for line in lines} == {str(row[0]) for row in backup}
        lines += [b"", json.dumps({"value": str(uuid4())}).encode()]  # made after the backup
        assert actions.reapply_erasures(lines, by="cli", at=at + timedelta(days=2)) == 2
        assert journal.verify().sound
        assert actions.reapply_erasures(lines, by="cli", at=at + timedelta(days=3)) == 0

    @pytest.mark.parametrize("line", [b'{"value": "01a2', b"[]", b'{"value": 1}', b"{}", b"\xff"])
    def test_from_a_damaged_list_erases_nothing_and_names_the_line(
        self, at: datetime, entry: Entry, line: bytes
    ) -> None:
        row = PersonalValue.objects.get(name="phone")
        sound = json.dumps({"value": str(row.id)}).encode()
        with pytest.raises(actions.BadErasureList, match="读不懂"):
            actions.reapply_erasures([sound, line], by="cli", at=at)
        assert open_value(row) == PHONE

    def test_that_is_rolled_back_is_not_listed(
        self, at: datetime, entry: Entry, erasures: Path
    ) -> None:
        self.erase(at)  # its transaction never commits: the test's is rolled back
        assert not erasures.exists()


class TestKeys:
    def test_an_older_key_still_opens(self, entry: Entry, settings: Settings) -> None:
        row = PersonalValue.objects.get(name="phone")
        settings.FURONG_PERSONAL_KEY = [OTHER_KEY, *settings.FURONG_PERSONAL_KEY]
        assert open_value(row) == PHONE
        assert cipher.encrypt(b"x", context=b"")[:4] != row.ciphertext[:4]

    def test_a_missing_key_is_named(self, entry: Entry, settings: Settings) -> None:
        settings.FURONG_PERSONAL_KEY = [OTHER_KEY]
        with pytest.raises(cipher.Undecipherable, match="FURONG_PERSONAL_KEY"):
            open_value(PersonalValue.objects.get(name="phone"))

    def test_a_ciphertext_moved_to_another_place_does_not_open(self) -> None:
        sealed = cipher.encrypt(b"secret", context=b"here")
        assert cipher.decrypt(sealed, context=b"here") == b"secret"
        for broken, context in (
            (sealed, b"there"),
            (sealed[:-1], b"here"),
            (sealed[:6], b"here"),
            (b"", b"here"),
        ):
            with pytest.raises(cipher.Undecipherable):
                cipher.decrypt(broken, context=context)

    def test_the_digest_of_a_number_outlives_the_secret_of_sessions_and_the_other_key(
        self, settings: Settings
    ) -> None:
        before = cipher.blind("990101190001010000", context="here")
        settings.SECRET_KEY = "another"
        settings.FURONG_PERSONAL_KEY = [OTHER_KEY, *settings.FURONG_PERSONAL_KEY]
        assert cipher.blind("990101190001010000", context="here") == before
        assert cipher.blind("990101190001010000", context="there") != before
        settings.FURONG_BLIND_KEY = OTHER_KEY
        assert cipher.blind("990101190001010000", context="here") != before

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("FURONG_PERSONAL_KEY", []),
            ("FURONG_PERSONAL_KEY", ["short"]),
            ("FURONG_BLIND_KEY", ""),
            ("FURONG_BLIND_KEY", "b1" * 31),
            ("FURONG_BLIND_KEY", "z" * 64),
            ("FURONG_JOURNAL_HASH", "md5"),
        ],
    )
    def test_the_start_up_check_names_the_setting_that_is_wrong(
        self, settings: Settings, setting: str, value: object
    ) -> None:
        call_command("check", tags=["furong"])
        settings.DEMO = False
        setattr(settings, setting, value)
        with pytest.raises(SystemCheckError, match=setting):
            call_command("check", tags=["furong"])

    @pytest.mark.parametrize("keys", [[], ["short"], ["z" * 64]])
    def test_production_does_not_start_writing_without_a_sound_key(
        self, settings: Settings, keys: list[str]
    ) -> None:
        settings.DEMO = False
        settings.FURONG_PERSONAL_KEY = keys
        with pytest.raises(ImproperlyConfigured, match=r"secrets\.token_hex\(32\)"):
            cipher.encrypt(b"x", context=b"")

    def test_a_demonstration_makes_its_own_key_once_for_its_owner_alone(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.DEMO, settings.FURONG_PERSONAL_KEY = True, []
        settings.FURONG_BLIND_KEY = ""
        settings.STATE_DIR = tmp_path / "state"
        assert cipher.blind("x", context="") == cipher.blind("x", context="")
        sealed = cipher.encrypt(b"x", context=b"")
        assert cipher.decrypt(sealed, context=b"") == b"x"
        [key] = settings.STATE_DIR.iterdir()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
