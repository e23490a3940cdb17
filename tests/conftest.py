"""What every test may ask for."""

from datetime import UTC, datetime

import pytest

from tests.apps.cast import (  # noqa: F401 - fixtures
    auditor_qian,
    clerk_chen,
    district,
    east_firm,
    leader_zhao,
    liaison_li,
    owner_wang,
    policy_sun,
    reviewer_wu,
    stranger_zhou,
    west_firm,
)
from tests.seed import SEED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A walk that fails is walked once more, and the summary says RERUN: Chromium shares the machine's
    cores with everything, and what it does about a page that it leaves is not ours to say.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_report_header() -> str:
    return f"FURONG_SEED={SEED}"


@pytest.fixture
def at() -> datetime:
    """Eight in the morning in Shanghai on the day the story begins."""
    return datetime(2020, 2, 3, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """The browser of someone in the district: a page's language follows the browser's."""
    return {**browser_context_args, "locale": "zh-CN"}
