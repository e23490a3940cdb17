"""Trying a text that was not issued on everybody in the registry."""

from datetime import datetime
from typing import Any

import pytest

from furong.apps.policies.drafting import examine
from furong.apps.policies.reads import Text, edition, reach
from furong.apps.policies.reads.trying import trial
from furong.apps.registry.models import Subject
from furong.packs.models.base import Period
from tests.apps.policies.test_drafting import DEFINITION, DOCUMENT
from tests.apps.policies.test_reach import firms  # noqa: F401 - fixture


def text(at: datetime, **changes: Any) -> Text:
    definition = {**DEFINITION, **changes}
    found = examine(DOCUMENT, definition, code=definition["id"], day=at.date())
    assert found.policy is not None
    assert found.document is not None
    return Text(found.policy, found.document, Period.model_construct(), False, "", at)


def limit(staff: int) -> list[dict[str, str]]:
    return [{"id": "staff", "label": "人数", "when": f"staff <= {staff}"}]


def test_it_counts_whom_the_text_reaches(
    firms: list[Subject],  # noqa: F811
    at: datetime,
) -> None:
    facts = [one.projection.facts for one in Subject.objects.filter(kind="enterprise")]
    staff = [held["staff"]["v"] for held in facts if "staff" in held]
    found = trial(text(at, criteria=limit(9)), at)
    assert found.before is None
    assert found.reach.eligible == sum(n <= 9 for n in staff)
    assert found.reach.unknown == len(facts) - len(staff)
    assert found.reach.total == sum(n * 500_00 for n in staff if n <= 9)
    assert found.reach.criteria["staff"] == (found.reach.eligible, found.reach.unknown)


def test_a_looser_version_is_shown_beside_the_one_in_force(
    firms: list[Subject],  # noqa: F811
    at: datetime,
) -> None:
    old = reach("T03", at)
    found = trial(text(at, id="T03", criteria=limit(50)), at)
    assert found.before == old
    assert sum(change.before for change in found.streets) == old.eligible
    assert sum(change.after for change in found.streets) == found.reach.eligible
    assert reach("T03", at) == old


def test_trying_leaves_nothing_behind(
    firms: list[Subject],  # noqa: F811
    at: datetime,
) -> None:
    before = edition(at)
    for staff in range(5, 30):
        trial(text(at, criteria=limit(staff)), at)
    assert edition(at) is before
    assert "T09" not in before.texts


def test_it_names_the_question_that_would_settle_most(
    firms: list[Subject],  # noqa: F811
    at: datetime,
) -> None:
    resumed = [{"id": "resumed", "label": "已复工", "when": "resumed"}]
    found = trial(text(at, criteria=resumed), at)
    assert [fact.key for fact in found.asked[0].facts] == ["resumed"]
    assert found.asked[0].settles == found.reach.unknown


@pytest.mark.parametrize("kinds", [["person"], ["building"]])
def test_nobody_to_count_is_zero(kinds: list[str], firms: list[Subject], at: datetime) -> None:  # noqa: F811
    found = trial(text(at, kinds=kinds), at)
    assert (found.reach.eligible, found.reach.count) == (0, 0)
