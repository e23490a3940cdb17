"""The cast's district, with policies."""

from datetime import datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from furong.apps.policies.actions import apply_pack
from furong.packs import Pack
from tests.apps.policies.sample import make_pack


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The folder of the pack, which a test may change."""
    made = make_pack(tmp_path)
    settings.FURONG_PACK = str(made)
    return made


@pytest.fixture
def district(db: None, folder: Path, at: datetime) -> Pack:
    return apply_pack(folder, by="test", at=at).pack
