"""What is read from the pack's files is what was installed, or nothing is read."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.registry.catalogue import catalogue
from tests.apps.cast import SAMPLE, install_pack


@pytest.fixture
def folder(db: None, settings: Settings, at: datetime, tmp_path: Path) -> Path:
    made = tmp_path / SAMPLE.name
    shutil.copytree(SAMPLE, made)
    settings.FURONG_PACK = str(made)
    install_pack(made, at=at)
    return made


def rename_first_fact(folder: Path) -> None:
    file = min((folder / "facts").iterdir())
    file.write_text(file.read_text(encoding="utf-8").replace("label: ", "label: 新", 1), "utf-8")


def test_the_installed_pack_is_read(folder: Path) -> None:
    assert catalogue().pack.folder == folder
    assert catalogue() is catalogue()


def test_files_that_were_not_installed_are_refused_with_what_to_do(folder: Path) -> None:
    rename_first_fact(folder)

    with pytest.raises(Refusal, match=r"没有安装.*pack diff db .*pack apply .*恢复原样"):
        catalogue()


def test_once_installed_they_are_read(folder: Path, at: datetime) -> None:
    rename_first_fact(folder)
    install_pack(folder, at=at)

    assert any(fact.label.startswith("新") for fact in catalogue().facts.values())


def test_a_faulty_file_is_refused_by_line(folder: Path) -> None:
    file = min((folder / "facts").iterdir())
    file.write_text("facts: [", encoding="utf-8")

    with pytest.raises(Refusal, match=rf"读不出来.*{file.name}:1.*pack check"):
        catalogue()
