"""The studio under what is half typed, odd, late or too much: told in words, and nothing is lost."""

from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from furong.apps.directory.models import User
from furong.apps.policies.actions import recall_draft, submit_draft, withdraw_draft
from furong.apps.policies.limits import FORM_FIELDS
from furong.apps.policies.models import Draft
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture
from tests.faces.web.test_studio import FORM, address, post, text

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


@pytest.mark.parametrize(("sent_on", "said"), [(True, "请先撤回"), (False, "请另起草稿")])
def test_a_save_after_the_draft_was_sent_on_or_given_up_keeps_the_words(
    sent_on: bool, said: str, sun: Client, draft: Draft, policy_sun: User, at: datetime
) -> None:
    post(sun, draft)
    draft.refresh_from_db()
    if sent_on:
        submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
    else:
        withdraw_draft(draft, reason="重写", by=policy_sun, at=at)
    answer = post(sun, draft, notes="写了一小时的话")
    assert answer.status_code == 409
    assert "没有保存" in text(answer)
    assert said in text(answer)
    assert "写了一小时的话" in answer.content.decode()


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("意见书.txt", "意见".encode())


def opinion(client: Client, draft: Draft, **changes: Any) -> Any:
    fields = {"stage": "legality", "revision": "2", "outcome": "returned", "unit": "区司法局"}
    return client.post(address(draft, "opinion/"), {**fields, **changes})


def test_an_opinion_that_is_refused_stands_in_the_form_as_it_was_typed(
    client: Client, sun: Client, draft: Draft, reviewer_wu: User
) -> None:
    post(sun, draft, then="submit")
    client.force_login(reviewer_wu)
    answer = opinion(client, draft, number="司审〔2020〕1号", file=paper())
    assert answer.status_code == 409
    assert "退回修改须写明理由" in text(answer)
    assert "附件没有保留，请重新选择" in text(answer)
    assert 'value="区司法局"' in answer.content.decode()
    assert 'value="司审〔2020〕1号"' in answer.content.decode()


def test_an_opinion_on_a_draft_that_was_recalled_is_shown_to_be_copied(
    client: Client, sun: Client, draft: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    post(sun, draft, then="submit")
    draft.refresh_from_db()
    recall_draft(draft, reason="改", by=policy_sun, at=at)
    client.force_login(reviewer_wu)
    answer = opinion(client, draft, text="第三条限定本地注册，须说明理由")
    assert answer.status_code == 409
    assert "您刚才填写的内容（没有登记）" in text(answer)
    assert "第三条限定本地注册，须说明理由" in text(answer)


def test_an_issue_and_a_repeal_that_are_refused_keep_what_was_typed(
    sun: Client, draft: Draft
) -> None:
    answer = sun.post(address(draft, "issue/"), {"number": "区发 1 号", "issued": "2020-02-31"})
    assert answer.status_code == 409
    assert "区发 1 号" in text(answer)
    words = {"last_day": "2019-01-01", "number": "区发 9 号", "reason": "一段很长的理由"}
    answer = sun.post("/policies/T03/repeal/", {**words, "finish": "on", "file": paper()})
    assert answer.status_code == 409
    assert "最后施行之日不能早于这一天" in text(answer)
    assert "附件没有保留" in text(answer)
    for word in words.values():
        assert f'value="{word}"' in answer.content.decode()


def rows(criteria: int, cases: int) -> dict[str, Any]:
    """A definition of so many conditions and worked cases."""
    return {
        "title": "稳岗补贴",
        "kinds": ["enterprise"],
        "criteria": [
            {"id": f"c{n}", "label": f"条件{n}", "when": f"staff >= {n}"} for n in range(criteria)
        ],
        "cases": [
            {"title": f"例{n}", "facts": {"staff": n}, "verdict": "eligible"} for n in range(cases)
        ],
        "benefit": {"kind": "subsidy"},
    }


class Posted(HTMLParser):
    """The fields of the editor as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.area = self.select = ""
        self.feed(page)

    def add(self, name: str | None, value: str | None) -> None:
        if name and name not in {"change", "then", "csrfmiddlewaretoken"}:
            self.fields.setdefault(name, []).append(value or "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and given.get("type") in {"checkbox", "radio"}:
            if "checked" in given:
                self.add(name, given.get("value") or "on")
        elif tag == "input" and given.get("type") not in {"file", "submit"}:
            self.add(name, given.get("value"))
        elif tag == "textarea":
            self.area, self.words = name, ""
        elif tag == "select":
            self.select, self.chosen = name, None
        elif (tag == "option" and self.select) and (self.chosen is None or "selected" in given):
            self.chosen = given.get("value")

    words = ""
    chosen: str | None = None

    def handle_data(self, data: str) -> None:
        self.words += data if self.area else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.add(self.area, self.words)
            self.area = ""
        elif tag == "select":
            self.add(self.select, self.chosen)
            self.select = ""


def keep(draft: Draft, **content: Any) -> None:
    """Puts a content into a draft that the verb would refuse, as an older release did."""
    Draft.objects.filter(pk=draft.pk).update(definition={**draft.definition, **content})


def test_a_save_drops_no_row_it_says_how_many_there_are_too_many(sun: Client, draft: Draft) -> None:
    keep(draft, **rows(45, 2))
    fields = Posted(sun.get(address(draft)).content.decode()).fields
    answer = sun.post(address(draft), {**fields, "notes": "改一个字"})
    assert answer.status_code == 409
    assert "条件有 45 个，最多 40 个，没有保存" in text(answer)
    assert 'name="c44-label"' in answer.content.decode()
    draft.refresh_from_db()
    assert len(draft.definition["criteria"]) == 45


def test_an_expression_of_many_lines_keeps_them_all(sun: Client, draft: Draft) -> None:
    when = " OR ".join(f"staff = {n}" for n in range(20))
    keep(draft, **{**rows(1, 0), "criteria": [{"id": "c1", "label": "几档", "when": when}]})
    fields = Posted(sun.get(address(draft)).content.decode()).fields
    assert sun.post(address(draft), {**fields, "notes": "改一个字"}).status_code == 302
    draft.refresh_from_db()
    assert draft.definition["criteria"][0]["when"] == when


def test_the_form_at_its_own_limits_can_be_saved(sun: Client, draft: Draft) -> None:
    keep(draft, **rows(40, 60))
    fields = Posted(sun.get(address(draft)).content.decode()).fields
    fields |= {f"k{n}-fact-f{m}": ["1"] for n in range(60) for m in range(20)}
    assert sun.post(address(draft), {**fields, "notes": "改一个字"}).status_code == 302
    draft.refresh_from_db()
    assert (len(draft.definition["criteria"]), len(draft.definition["cases"])) == (40, 60)


def test_a_form_beyond_every_limit_is_told_what_to_do(
    sun: Client, draft: Draft, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "furong.config.urls"
    answer = sun.post(address(draft), {f"x{n}": "1" for n in range(FORM_FIELDS + 1)})
    assert answer.status_code == 413
    assert "提交的内容太多" in text(answer)
    assert "填写的内容还在" in text(answer)


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
@tried(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
