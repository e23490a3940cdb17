"""The people of the letters of authorisation.

Gu, He and Lu have registered and hold nothing yet; Chen is a clerk of East Street, Fang of West
Street.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.files import store
from furong.apps.base.models import StoredFile
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.handlers.actions import Claim, confirm, request_authorisation
from furong.apps.handlers.models import Authorisation
from furong.packs import Pack
from tests.apps.cast import EAST, EAST_CODE, WEST, person

PDF = b"%PDF-1.7\n%letter\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64

type Ask = Callable[..., Authorisation]


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")


@pytest.fixture
def gu(district: Pack, at: datetime) -> User:
    return person("gu", "顾会计", at=at)


@pytest.fixture
def he(district: Pack, at: datetime) -> User:
    return person("he", "何经办", at=at)


@pytest.fixture
def clerk_fang(district: Pack, at: datetime) -> User:
    return person("fang", "方经办", "clerk", (Grant.Scope.ZONE, WEST), at=at)


def letter(by: User, at: datetime, content: bytes = PDF, name: str = "授权书.pdf") -> StoredFile:
    return store(content, name=name, by=by, at=at)


def claim(
    *,
    code: str = EAST_CODE,
    name: str = "东街停车服务有限公司",
    street: str = EAST,
    role: str = "main",
    until: datetime | None = None,
    invitation: str = "",
) -> Claim:
    return Claim(
        code=code,
        firm_name=name,
        street=Zone.objects.get(code=street),
        role=role,
        valid_to=until,
        invitation=invitation,
    )


@pytest.fixture
def ask(at: datetime) -> Ask:
    """`ask(gu, role="handler")`: a request of somebody, now."""

    def asked(by: User, *, when: datetime = at, **words: object) -> Authorisation:
        return request_authorisation(
            claim(**words),  # type: ignore[arg-type]
            letter(by, when),
            by=by,
            at=when,
        )

    return asked


@pytest.fixture
def main_gu(ask: Ask, gu: User, east_firm: object, clerk_chen: User, at: datetime) -> User:
    """Gu, main handler of the east firm for a year."""
    confirm(ask(gu, until=at + timedelta(days=365)), by=clerk_chen, at=at)
    return gu
