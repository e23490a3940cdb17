"""A small pack with a scenario, and the district's own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from furong.faces.demo import seeding
from furong.faces.demo.population import Population
from furong.packs import Pack, load
from tests.apps.cast import SAMPLE

HERE = Path(__file__).parent
SIZE = 60
BATCH = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample pack with a scenario, free to be spoilt."""
    folder = tmp_path / "packs" / "sample"
    shutil.copytree(SAMPLE, folder)
    shutil.copytree(HERE / "sample" / "scenario", folder / "scenario")
    return folder


@pytest.fixture
def rewritten(folder: Path) -> Callable[[str, str], Path]:
    """Changes a text of the scenario; the text must be there."""

    def rewrite(old: str, new: str, name: str = "population.yaml") -> Path:
        file = folder / "scenario" / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        return folder

    return rewrite


@pytest.fixture
def pack(folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Pack:
    """The sample pack, to be seeded in small batches."""
    settings.FURONG_PACK = str(folder)
    settings.DEMO = True
    monkeypatch.setattr(seeding, "BATCH", BATCH)
    return load(folder)


@pytest.fixture
def wanted() -> seeding.Wanted:
    return seeding.Wanted("sample", SIZE)


@pytest.fixture(scope="session")
def furong() -> Pack:
    return load("furong-2020")


@pytest.fixture(scope="session")
def population(furong: Pack) -> Population:
    return Population(furong)
