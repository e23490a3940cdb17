"""The shipped pack is read once for all commands of this folder."""

from functools import cache

import pytest

from furong.faces.cli import books
from furong.packs import load

_load = cache(load)


@pytest.fixture(autouse=True)
def one_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "load", _load)
