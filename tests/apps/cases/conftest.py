"""A district with the real appeal, instruction and phone-check procedures, and those who work them.

Li looks after the east firm, Wang runs its errands; He dispatches; Tan and Tang are clerks of urban
management and its head is Xu; Deng clerks for the east street; Zhao is the east firm's leader; Du
supervises, Gu heads the headquarters' office.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.timers import tick
from furong.apps.cases.actions import install_procedures, open_case
from furong.apps.cases.models import Case
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST, SAMPLE, install_pack, person

ROOT = Path(__file__).parents[3]
ORGANISATIONS = """
- {id: epidemic-headquarters, name: 测试区指挥部, short: 指挥部, kind: headquarters, parent: government}
- {id: supervision, name: 测试区督查室, short: 督查室, kind: department, parent: government}
- {id: urban, name: 测试区城管执法局, short: 城管执法局, kind: department, parent: government,
   duties: [{clause: 停车秩序, categories: [traffic], words: [停车], basis: assumed}]}
- {id: police, name: 测试区公安分局, short: 公安分局, kind: department, parent: government,
   duties: [{clause: 车辆通行, categories: [logistics], words: [通行证], basis: assumed}]}
- {id: bank, name: 示例银行测试支行, short: 示例银行, kind: bank}
"""
CALENDAR = """
calendar: furong-2020
years: [2020]
weekend: [sat, sun]
hours: [["08:30", "12:00"], ["13:30", "17:30"]]
days:
- {date: 2020-01-24, off: true, by: 春节}
- {date: 2020-01-19, off: false, by: 调休}
regimes:
- {from: 2020-02-03T00:00:00, count: natural, by: 战时}
- {from: 2020-03-10T00:00:00, count: working, by: 转为平时}
"""
KINDS = """
- id: {kind}
  label: {label}
  facts: [staff, revenue, credit_now]
"""

type Clock = Callable[[timedelta], datetime]


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The sample pack with the procedures of the article's district."""
    made = with_procedures(Path(shutil.copytree(SAMPLE, tmp_path / "sample")))
    settings.FURONG_PACK = str(made)
    return made


def with_procedures(made: Path) -> Path:
    """Adds the procedures of the article's district, and what they need, to a sample pack."""
    organisations = made / "organisations/organisations.yaml"
    organisations.write_text(
        organisations.read_text("utf-8") + ORGANISATIONS.strip() + "\n", "utf-8"
    )
    kinds = made / "kinds/kinds.yaml"
    more = "".join(
        f"- {{id: {kind}, label: {label}, facts: [staff]}}\n"
        for kind, label in [
            ("individual_business", "个体户"), ("site", "工地"), ("hotel", "酒店"),
        ]
    )  # fmt: skip
    kinds.write_text(
        kinds.read_text("utf-8").replace(
            "identifiers:\n- {id: uscc", more + "identifiers:\n- {id: uscc"
        ),
        "utf-8",
    )
    (made / "calendars").mkdir()
    (made / "calendars/furong-2020.yaml").write_text(CALENDAR.strip() + "\n", "utf-8")
    (made / "procedures").mkdir()
    for name in ("appeal", "instruction", "phone-check"):
        shutil.copy(ROOT / f"packs/furong-2020/procedures/{name}.yaml", made / "procedures")
    shutil.copytree(ROOT / "packs/furong-2020/exclusions", made / "exclusions")
    return made


@pytest.fixture
def district(db: None, folder: Path, at: datetime) -> Pack:
    pack = install_pack(folder, at=at)
    installed = install_procedures(pack, by="test", at=at)
    assert installed.waiting == ()
    return pack


def _of(unit: str) -> tuple[str, str]:
    return (str(Grant.Scope.ORGANISATION), unit)


@pytest.fixture
def dispatcher_he(district: Pack, at: datetime) -> User:
    return person("he", "何调度", "dispatcher", at=at)


@pytest.fixture
def clerk_tan(district: Pack, at: datetime) -> User:
    return person("tan", "谭经办", "clerk", _of("urban"), at=at)


@pytest.fixture
def clerk_tang(district: Pack, at: datetime) -> User:
    return person("tang", "唐经办", "clerk", _of("urban"), at=at)


@pytest.fixture
def head_xu(district: Pack, at: datetime) -> User:
    return person("xu", "许局长", "head", _of("urban"), at=at)


@pytest.fixture
def clerk_pan(district: Pack, at: datetime) -> User:
    return person("pan", "潘民警", "clerk", _of("police"), at=at)


@pytest.fixture
def clerk_deng(district: Pack, at: datetime) -> User:
    return person("deng", "邓经办", "clerk", _of("east-office"), at=at)


@pytest.fixture
def leader_zhao(east_firm: Subject, at: datetime) -> User:
    return person("zhao", "赵区长", "leader", (str(Grant.Scope.SUBJECT), str(east_firm.pk)), at=at)


@pytest.fixture
def supervisor_du(district: Pack, at: datetime) -> User:
    return person("du", "杜督查", "clerk", _of("supervision"), at=at)


@pytest.fixture
def head_gu(district: Pack, at: datetime) -> User:
    return person("gu", "顾主任", "head", _of("epidemic-headquarters"), at=at)


@pytest.fixture
def everybody(
    dispatcher_he: User,
    clerk_tan: User,
    clerk_tang: User,
    head_xu: User,
    clerk_pan: User,
    clerk_deng: User,
    leader_zhao: User,
    supervisor_du: User,
    head_gu: User,
    liaison_li: User,
    owner_wang: User,
) -> None:
    """All who work appeals of the east firm."""


@pytest.fixture
def appeal(east_firm: Subject, liaison_li: User, at: datetime) -> Case:
    """Li collected it on a visit."""
    return open_case(
        "appeal",
        "collect",
        subject=east_firm,
        answers={"title": "员工停车难", "details": "周边没有停车位，员工返岗停车难"},
        by=liaison_li,
        at=at,
    )


def dispatch(case: Case, *, by: User, at: datetime, lead: str = "urban", **more: object) -> Case:
    """Hands an appeal to a unit."""
    from furong.apps.cases.actions import act

    return act(
        case,
        "dispatch",
        {
            "appeal_category": "traffic",
            "class": "general",
            "lead": lead,
            "duty": "城市道路停车泊位管理",
            **more,
        },
        by=by,
        at=at,
    )


def run(until: datetime) -> int:
    """Lets the timers do what is due by a moment."""
    return tick(until)


def on(day: int, hour: int = 0, minute: int = 0, month: int = 2) -> datetime:
    """A moment of 2020 in the district's time."""
    return datetime(2020, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


__all__ = ["EAST", "dispatch", "on", "run", "with_procedures"]
