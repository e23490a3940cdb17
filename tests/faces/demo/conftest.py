"""A small pack with a scenario, and the district's own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from furong.faces.demo.population import Population
from furong.packs import Pack, load
from tests.apps.cast import SAMPLE

HERE = Path(__file__).parent


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


@pytest.fixture(scope="session")
def furong() -> Pack:
    return load("furong-2020")


@pytest.fixture(scope="session")
def population(furong: Pack) -> Population:
    return Population(furong)
