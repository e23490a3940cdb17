"""The studio under what is half typed, odd, late or too much: told in words, and nothing is lost."""

from typing import Any

import pytest
from django.test import Client

from furong.apps.policies.models import Draft
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture
from tests.faces.web.test_studio import address, post

PARTICULARS: dict[str, dict[str, Any]] = {
    "no title": {"title": "", "d-title": ""},
    "no label": {"c0-label": ""},
    "a budget in words": {"budget": "很多"},
    "no such day": {"begins": "2020-02-30"},
    "an end before the beginning": {"begins": "2020-02-02", "ends": "2019-01-01"},
    "half a group": {"group": "G", "group_label": ""},
    "no kind": {"kinds": None},
    "no such benefit": {"b-kind": "x"},
}


@pytest.mark.parametrize("other", PARTICULARS.values(), ids=PARTICULARS.keys())
@pytest.mark.parametrize(
    "half",
    [{"c0-l0-value": ""}, {"c0-as_text": "1", "c0-when": "staff <= 20 。"}],
    ids=["no value yet", "a full stop"],
)
def test_a_condition_half_typed_is_told_at_its_line_whatever_else_is_amiss(
    half: dict[str, Any], other: dict[str, Any], sun: Client, draft: Draft
) -> None:
    told = post(sun, draft, "try/", **half, **other)
    assert told.status_code == 200
    assert 'href="#c0-when"' in told.content.decode()
    post(sun, draft, "", **half, **other)
    draft.refresh_from_db()
    assert draft.revision == 2
    assert sun.get(address(draft)).status_code == 200
    assert sun.get(address(draft, "review/")).status_code == 200
