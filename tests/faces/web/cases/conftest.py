"""The district of the case engine's tests, on the web, on the day the story begins."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.directory.models import User
from furong.packs import Pack
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    appeal,
    clerk_deng,
    clerk_pan,
    clerk_tan,
    clerk_tang,
    dispatcher_he,
    everybody,
    folder,
    head_gu,
    head_xu,
    leader_zhao,
    supervisor_du,
)
from tests.apps.cases.conftest import district as installed  # noqa: F401 - a fixture

type SignIn = Callable[[User], Client]


@pytest.fixture
def district(installed: Pack, tmp_path: Path, settings: Settings, at: datetime) -> Pack:  # noqa: F811
    settings.MEDIA_ROOT = tmp_path / "files"
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return installed


@pytest.fixture
def as_user() -> SignIn:
    """A client that is signed in as somebody."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
