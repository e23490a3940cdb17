"""A night, a day, and channels that are no network."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from furong.apps.directory.models import User
from furong.apps.notices.actions import notify
from furong.apps.notices.models import Notice

ABOUT = ("policies.policy", "T01")

type Tell = Callable[..., Notice]


class Mailbox:
    """Takes what it is given, unless it is told to refuse or to break."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.refuses = False
        self.breaks = False

    def __call__(self, address: str, title: str, text: str) -> bool:
        if self.breaks:
            raise ConnectionError(f"no route to {address}")
        if not self.refuses:
            self.got.append((address, title, text))
        return not self.refuses


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(autouse=True)
def clean(settings: Settings, tmp_path: Path) -> None:
    """An empty shelf of papers, and no openings left from another test."""
    settings.STATE_DIR = tmp_path / "state"
    cache.clear()


@pytest.fixture
def night() -> datetime:
    """Half past eleven in the evening in Shanghai."""
    return datetime(2020, 2, 29, 15, 30, tzinfo=UTC)


@pytest.fixture
def tell(at: datetime) -> Tell:
    def tell(*people: User, at: datetime = at, urgent: bool = False) -> Notice:
        return notify(
            people,
            title="白名单制度解读已发布",
            body="请转发至联点企业或楼宇。",
            path="/policies/T01/",
            about=ABOUT,
            urgent=urgent,
            by="test",
            at=at,
        )

    return tell
