"""The people and firms of the tests, so that permission tests read as stories.

Li looks after the east firm; Chen is a clerk of East Street; Wang runs the east firm's errands; Zhao
leads the district; Sun writes policies and Wu reviews them; Qian audits; Zhou is a stranger with an
account.
"""

from datetime import datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.actions import install
from furong.apps.directory.actions import create_user, grant, sync_organisations, sync_zones
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.actions import NewSubject, register_subject
from furong.apps.registry.models import Subject
from furong.packs import Pack, load

SAMPLE = Path(__file__).parent / "registry" / "sample"
EAST, WEST = "990101001", "990101002"
EAST_CODE, WEST_CODE = "91990101MA0000001Y", "91990101MA00000022"


def install_pack(folder: Path, *, at: datetime) -> Pack:
    """Makes this the district of a pack."""
    pack = load(folder)
    manifest = pack.manifest
    assert manifest.district is not None
    install(
        pack=manifest.id,
        version=manifest.version,
        digest=pack.digest,
        timezone=manifest.timezone or "",
        currency=manifest.currency or "",
        district=manifest.district.name,
        short=manifest.district.short,
        demo=True,
        by="test",
        at=at,
    )
    sync_zones(pack, by="test", at=at)
    sync_organisations(pack, by="test", at=at)
    return pack


def person(
    username: str,
    name: str,
    capacity: str = "",
    scope: tuple[str, str] = ("all", ""),
    *,
    at: datetime,
) -> User:
    """A user with one grant, or with none."""
    user = create_user(username=username, name=name, by="test", at=at)
    if capacity:
        grant(user, capacity, scope=scope, source="任命文件", by="test", at=at)
    return user


def firm(name: str, street: str, code: str, *, at: datetime) -> Subject:
    """An enterprise in a street."""
    new = NewSubject(
        kind="enterprise",
        name=name,
        street=Zone.objects.get(code=street),
        address="测试路 1 号",
        identifiers={"uscc": code},
    )
    return register_subject(new, by="test", at=at)


@pytest.fixture
def district(db: None, settings: Settings, at: datetime) -> Pack:
    settings.FURONG_PACK = str(SAMPLE)
    return install_pack(SAMPLE, at=at)


@pytest.fixture
def east_firm(district: Pack, at: datetime) -> Subject:
    return firm("东街停车服务有限公司", EAST, EAST_CODE, at=at)


@pytest.fixture
def west_firm(district: Pack, at: datetime) -> Subject:
    return firm("西街餐饮管理有限公司", WEST, WEST_CODE, at=at)


@pytest.fixture
def liaison_li(east_firm: Subject, at: datetime) -> User:
    return person("li", "李联络", "liaison", (Grant.Scope.SUBJECT, str(east_firm.pk)), at=at)


@pytest.fixture
def clerk_chen(district: Pack, at: datetime) -> User:
    return person("chen", "陈经办", "clerk", (Grant.Scope.ZONE, EAST), at=at)


@pytest.fixture
def owner_wang(east_firm: Subject, at: datetime) -> User:
    return person("wang", "王经理", "owner", (Grant.Scope.SUBJECT, str(east_firm.pk)), at=at)


@pytest.fixture
def leader_zhao(district: Pack, at: datetime) -> User:
    return person("zhao", "赵区长", "leader", at=at)


@pytest.fixture
def policy_sun(district: Pack, at: datetime) -> User:
    return person("sun", "孙专员", "policy_officer", at=at)


@pytest.fixture
def reviewer_wu(district: Pack, at: datetime) -> User:
    return person("wu", "吴审核", "policy_reviewer", at=at)


@pytest.fixture
def auditor_qian(district: Pack, at: datetime) -> User:
    return person("qian", "钱审计", "auditor", at=at)


@pytest.fixture
def stranger_zhou(district: Pack, at: datetime) -> User:
    return person("zhou", "周路人", at=at)
