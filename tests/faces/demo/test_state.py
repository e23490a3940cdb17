"""A demonstration keeps to its own folder."""

import stat
from pathlib import Path

import pytest

from furong.apps.base.errors import Refusal
from furong.faces.demo.state import MARKER, StateFolder


def test_a_new_folder_is_made_and_marked(tmp_path: Path) -> None:
    state = StateFolder.hold(tmp_path / "var" / "demo")
    assert (state.path / MARKER).is_file()


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("mine", "utf-8")
    with pytest.raises(Refusal, match="FURONG_STATE"):
        StateFolder.hold(tmp_path)
    assert [*tmp_path.iterdir()] == [thesis]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "demo"
    file.write_text("", "utf-8")
    with pytest.raises(Refusal, match="不是文件夹"):
        StateFolder.hold(file)


def test_one_demonstration_at_a_time(tmp_path: Path) -> None:
    first = StateFolder.hold(tmp_path)
    with pytest.raises(Refusal, match="另一个演示正在用"):
        StateFolder.hold(tmp_path)
    first.release()
    StateFolder.hold(tmp_path).release()


def test_reset_deletes_its_own_things_by_name(tmp_path: Path) -> None:
    state = StateFolder.hold(tmp_path / "demo")
    state.database.write_bytes(b"data")
    state.secret()
    (state.path / "columns" / "enterprise").mkdir(parents=True)
    (state.path / "notes.txt").write_text("kept", "utf-8")
    state.reset()
    assert {one.name for one in state.path.iterdir()} == {MARKER, "notes.txt"}


def test_reset_does_not_follow_links(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept", "utf-8")
    state = StateFolder.hold(tmp_path / "demo")
    (state.path / "files").symlink_to(elsewhere)
    state.reset()
    assert (elsewhere / "kept").is_file()
    assert not (state.path / "files").is_symlink()


def test_the_secret_is_its_owners_and_stays(tmp_path: Path) -> None:
    state = StateFolder.hold(tmp_path)
    secret = state.secret()
    assert len(secret) >= 50
    assert state.secret() == secret
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
