"""`furong journal`, as an auditor uses it: on the server, on an export, with a program of one's own."""

import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from furong.apps.base import actions, journal
from furong.apps.base.models import Entry, PersonalValue
from furong.faces.cli import main

ROOT = Path(__file__).parents[3]
GUIDES = ("verify-the-journal.md", "verify-the-journal.zh-Hans.md")
PHONE = "13912345678"

type Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def furong(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command: exit status, output, errors."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            status = main([str(word) for word in words])
        except SystemExit as end:  # argparse's way of refusing
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def acts(db: None, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty acts, five to a batch."""
    monkeypatch.setattr(journal, "BATCH_SIZE", 5)
    for number in range(20):
        journal.record(
            "subject.note",
            by="worker",
            at=at + timedelta(seconds=number),
            about=("registry.subject", uuid4()),
            payload={"n": number, "text": "“停车”\t\x7f\\\U0001f33a"},
            personal={"phone": PHONE} if number == 3 else {},
        )


@pytest.fixture
def export(acts: None, furong: Run, tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    furong("journal", "seal")
    assert furong("journal", "export", "--out", path)[0] == 0
    return path


@pytest.mark.usefixtures("acts")
class TestOnTheServer:
    def test_before_sealing_there_is_no_root(self, furong: Run) -> None:
        status, out, err = furong("journal", "root")
        assert (status, out) == (2, "")
        assert "furong journal seal" in err

    def test_seal_root_verify(self, furong: Run) -> None:
        assert furong("journal", "seal")[:2] == (0, "封存 20 条，4 批。\n")
        root = furong("journal", "root")[1].strip()
        assert re.fullmatch("[0-9a-f]{64}@20", root)
        assert furong("journal", "verify", "--root", root) == (
            0,
            "日志完好：4 批，20 条，封至第 20 条。\n",
            "",
        )

    def test_says_what_it_cannot_vouch_for(self, furong: Run) -> None:
        status, _out, err = furong("journal", "verify")
        assert status == 0
        assert "--root" in err
        assert "20 条尚未封存" in err

    def test_a_bad_root_is_explained(self, furong: Run) -> None:
        status, _out, err = furong("journal", "verify", "--root", "abc")
        assert status == 2
        assert "furong journal root" in err

    def test_erasures_are_reapplied_from_their_list(
        self, furong: Run, at: datetime, settings: Settings, tmp_path: Path
    ) -> None:
        [row] = PersonalValue.objects.all()
        listed = tmp_path / "erasures.jsonl"
        listed.write_text(f'{{"value": "{row.id}", "erased_at": "2020-02-03"}}\n')
        settings.FURONG_ERASURES = str(listed)
        assert furong("journal", "reapply")[:2] == (0, "重新抹除 1 项个人信息。\n")
        entry = Entry.objects.get(pk=row.entry_id)
        assert actions.reveal(entry, reason="核对", by="worker", at=at) == {}

    def test_a_missing_list_is_named(self, furong: Run, tmp_path: Path) -> None:
        status, _out, err = furong("journal", "reapply", tmp_path / "none.jsonl")
        assert status == 2
        assert "none.jsonl" in err


class TestOnAnExport:
    def test_a_sound_one_is_sound(self, export: Path, furong: Run) -> None:
        root = furong("journal", "root")[1].strip()
        assert furong("journal", "verify", export, "--root", root)[:2] == (
            0,
            "日志完好：4 批，20 条，封至第 20 条。\n",
        )

    def test_holds_no_personal_value(self, export: Path) -> None:
        text = export.read_text("utf-8")
        assert "phone" in text
        assert PHONE not in text

    def test_an_altered_line_is_named(self, export: Path, furong: Run) -> None:
        text = export.read_text("utf-8")
        export.write_text(text.replace('"n":7,', '"n":8,', 1), "utf-8")
        status, out, _err = furong("journal", "verify", export)
        assert status == 1
        assert "最早在第 8 条" in out
        assert "第 8 条封存之后被改动" in out

    def test_a_missing_file_is_named(self, furong: Run, tmp_path: Path) -> None:
        status, _out, err = furong("journal", "verify", tmp_path / "none.jsonl")
        assert status == 2
        assert "none.jsonl" in err

    def test_needs_neither_django_nor_a_database(self, export: Path, furong: Run) -> None:
        root = furong("journal", "root")[1].strip()
        script = (
            "import argparse, sys\n"
            "from furong.faces.cli.journal import add_parser\n"
            "parser = argparse.ArgumentParser()\n"
            "add_parser(parser.add_subparsers())\n"
            "args = parser.parse_args(sys.argv[1:])\n"
            "status = args.run(args)\n"
            "sys.exit('django was loaded' if 'django' in sys.modules else status)\n"
        )
        command = [sys.executable, "-c", script, "journal", "verify", str(export), "--root", root]
        done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "日志完好" in done.stdout


class TestTheProgramInTheGuide:
    @pytest.fixture(params=GUIDES)
    def recipe(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        guide = (ROOT / "docs/how-to" / request.param).read_text("utf-8")
        [code] = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
        path = tmp_path / "check.py"
        path.write_text(code, "utf-8")
        return path

    def check(self, recipe: Path, export: Path, root: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(recipe), str(export), str(root)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_agrees_that_a_sound_journal_is_sound(self, recipe: Path, export: Path) -> None:
        done = self.check(recipe, export, journal.publish_root())
        assert (done.returncode, done.stderr) == (0, "")

    def test_finds_what_the_command_finds(self, recipe: Path, export: Path, furong: Run) -> None:
        root, lines = journal.publish_root(), export.read_text("utf-8").splitlines(keepends=True)
        dice = random.Random(20200203)
        tampered = [
            [line.replace('"n":7,', '"n":8,') for line in lines],
            lines[:-1],
            lines[: len(lines) // 2 + 1],
            [line for line in lines if '"n":7,' not in line],
            dice.sample(lines, len(lines)),
            [*lines, lines[0]],
            [],
        ]
        for text in tampered:
            export.write_text("".join(text), "utf-8")
            assert self.check(recipe, export, root).returncode == 1
            assert furong("journal", "verify", export, "--root", root)[0] == 1

    def test_knows_sm3(
        self, recipe: Path, acts: None, furong: Run, settings: Settings, tmp_path: Path
    ) -> None:
        settings.FURONG_JOURNAL_HASH = "sm3"
        furong("journal", "seal")
        furong("journal", "export", "--out", tmp_path / "sm3.jsonl")
        done = self.check(recipe, tmp_path / "sm3.jsonl", journal.publish_root())
        assert (done.returncode, done.stderr) == (0, "")
