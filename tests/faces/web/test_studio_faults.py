"""The studio under what is half typed, odd, late or too much: told in words, and nothing is lost."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from furong.apps.policies.models import Draft
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture
from tests.faces.web.test_studio import FORM, address, post

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


NINES = "9" * 5000
NASTY = st.text(max_size=12) | st.sampled_from(
    (
        "",
        "-",
        "--5",
        "²",
        "٣",
        "很多",
        "1e400",
        NINES,
        "(" * 60,
        "a\x00b",
        "\u202egpj",
        "'",
        "NOT",
        "staff",
        "staff >",
        "2020-02-30",
        "x.y",
        "T09.staff",
        "unknown",
        "true",
        "一" * 400,
    )
)
FIELDS = st.sampled_from(
    (
        *FORM,
        "budget",
        "begins",
        "ends",
        "group",
        "group_label",
        "refines",
        "supersedes",
        "notes",
        "c0-as_text",
        "c0-when",
        "c0-unclear",
        "c0-why",
        "c0-attested",
        "c1-label",
        "c0-l1-fact",
        "b-amount",
        "b-floor",
        "b-at_most",
        "b-per",
        "g-opens",
        "k1-amount",
        "d-issuer",
        "d-note",
        "k0-fact-resumed",
        "k0-fact-size_class",
        "k0-fact-T09.staff",
        "k0-fact-\x00",
    )
)
CHANGES = st.sampled_from(
    (
        "",
        "add:line:0",
        "drop:criterion:0",
        "up:criterion:0",
        "text:criterion:0",
        "copy:case:0",
        "lines:criterion:0",
        f"drop:criterion:{NINES}",
        f"add:line:{NINES}",
        "add:case:²",
    )
)


@example(typed={"k0-fact-staff": "--5"}, change="")
@example(typed={"k0-fact-staff": NINES}, change=f"drop:criterion:{NINES}")
@example(typed={"b-cap": "1e400", "b-at_most": NINES}, change="")
@example(typed={"budget": "1e400", "b-floor": "1e400", "k0-amount": "1e400"}, change="")
@example(typed={"c0-l0-value": "a\x00b", "kinds": "a\x00b"}, change="")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.dictionaries(FIELDS, NASTY, max_size=4), change=CHANGES)
def test_whatever_is_typed_can_be_tried_arranged_saved_opened_and_reviewed(
    typed: dict[str, str], change: str, sun: Client, draft: Draft
) -> None:
    assert post(sun, draft, "try/", **typed).status_code == 200
    assert post(sun, draft, "arrange/", change=change, **typed).status_code == 200
    assert post(sun, draft, "", **typed).status_code in {302, 409}
    assert sun.get(address(draft)).status_code == 200
    assert sun.get(address(draft, "review/")).status_code == 200
    assert sun.get(address(draft, "cases/")).status_code in {200, 302}
    assert sun.get("/studio/").status_code == 200


@pytest.mark.parametrize("wanted", ["9" * 5000, "²", "-1", "", "0"])
def test_a_revision_that_cannot_be_is_not_there(wanted: str, sun: Client, draft: Draft) -> None:
    answer = sun.post(address(draft, "restore/"), {"revision": "1", "to": wanted})
    assert answer.status_code in {302, 404}
    draft.refresh_from_db()
    assert draft.revision == 1


def test_signs_that_nobody_sees_are_not_kept(sun: Client, draft: Draft) -> None:
    """A title that is read backwards would go out to public pages and posters."""
    post(
        sun,
        draft,
        title="稳岗\u202e补\x00贴",
        **{"c0-label": "\u2067不超过 20 人", "g-unit": "\u200f局"},
    )
    draft.refresh_from_db()
    assert draft.definition["title"] == "稳岗补 贴"
    assert draft.definition["criteria"][0]["label"] == "不超过 20 人"
    assert draft.definition["guide"]["unit"] == "局"
