"""The policy studio: written in a form, tried at once, saved without losing a word, issued."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.directory.models import User
from furong.apps.policies.actions import open_draft, save_draft
from furong.apps.policies.models import Draft, PolicyVersion
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture

FORM: dict[str, Any] = {
    "title": "稳岗补贴",
    "kinds": ["enterprise"],
    "door": "application",
    "c0-id": "staff",
    "c0-label": "不超过 20 人",
    "c0-way": "when",
    "c0-l0-fact": "staff",
    "c0-l0-operator": "le",
    "c0-l0-value": "20",
    "b-kind": "subsidy",
    "b-mode": "product",
    "b-fact": "staff",
    "b-rate": "500",
    "b-cap": "8000",
    "k0-title": "正好 20 人",
    "k0-fact-staff": "20",
    "k0-verdict": "eligible",
    "k0-amount": "8000",
    "k0-boundary": "on",
    "k1-title": "21 人",
    "k1-fact-staff": "21",
    "k1-verdict": "ineligible",
    "g-materials": "营业执照\n社保缴费清单",
    "d-title": "稳岗补贴实施细则",
    "d-level": "district",
    "d-jurisdiction": "990101",
}


def address(draft: Draft, act: str = "") -> str:
    return f"/studio/{draft.pk}/{act}"


def post(client: Client, draft: Draft, act: str = "", **changes: Any) -> Any:
    draft.refresh_from_db()
    fields = {"revision": str(draft.revision), **FORM, **changes}
    fields = {name: value for name, value in fields.items() if value is not None}
    return client.post(address(draft, act), fields)


def text(response: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


def test_what_is_filled_in_becomes_the_policy(sun: Client, draft: Draft) -> None:
    assert post(sun, draft).status_code == 302
    draft.refresh_from_db()
    assert draft.definition["criteria"] == [
        {"id": "staff", "label": "不超过 20 人", "when": "staff <= 20"}
    ]
    assert draft.definition["benefit"]["amount"] == "staff * 500"
    assert draft.definition["guide"]["materials"] == ["营业执照", "社保缴费清单"]
    assert draft.definition["cases"][0]["facts"] == {"staff": 20}


def test_opened_and_saved_again_nothing_changes(sun: Client, draft: Draft) -> None:
    post(sun, draft)
    page = sun.get(address(draft)).content.decode()
    posted: dict[str, Any] = {}
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*name=\"[^\"]+\"[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        assert name
        posted[name[1]] = None
    missing = {name for name in FORM if name not in posted}
    assert not missing
    draft.refresh_from_db()
    before = draft.revision
    post(sun, draft)
    draft.refresh_from_db()
    assert draft.revision == before


def test_while_one_writes_it_counts_and_says_what_is_wrong(
    sun: Client, draft: Draft, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    state_facts(east_firm, {"staff": 20}, source="statistics", by="test", at=at)
    told = text(post(sun, draft, "try/"))
    assert "1 符合" in told
    assert "1 待补信息" in told
    assert "staff &lt;= 20" in told
    assert "没有发现问题" in told
    draft.refresh_from_db()
    assert draft.revision == 1
    wrong = text(post(sun, draft, "try/", **{"c0-l0-value": "很多"}))
    assert "期末从业人员" in wrong or "staff" in wrong
    assert "处有误" in wrong


def test_a_looser_threshold_is_shown_beside_the_version_in_force(
    sun: Client, policy_sun: User, east_firm: Subject, at: datetime
) -> None:
    state_facts(east_firm, {"staff": 60, "resumed": False}, source="statistics", by="test", at=at)
    revision = open_draft("T03", by=policy_sun, at=at)
    told = text(
        post(
            sun,
            revision,
            "try/",
            **{"c0-id": "resumed", "c0-l0-value": "60", "begins": "2020-02-04"},
        )
    )
    assert "+1" in told
    assert "对比现行第 1 版" in told
    assert "现行：已复工" in told


def test_a_revision_opened_and_saved_as_it_stands_says_nothing_else(
    sun: Client, policy_sun: User, at: datetime
) -> None:
    """One line of the form stands for `=` and for `IN`; the author's text stays."""
    revision = open_draft("T03", by=policy_sun, at=at)
    criteria = [{"id": "resumed", "label": "小型企业", "when": "size_class = 'small'"}]
    Draft.objects.filter(pk=revision.pk).update(
        definition={**revision.definition, "criteria": criteria}
    )
    fields = {
        "c0-id": "resumed",
        "c0-label": "小型企业",
        "c0-l0-fact": "size_class",
        "c0-l0-operator": "in",
        "c0-l0-value": "small",
    }
    post(sun, revision, **fields)
    revision.refresh_from_db()
    assert revision.definition["criteria"] == criteria
    post(sun, revision, **{**fields, "c0-l0-operator": "not_in"})
    revision.refresh_from_db()
    assert revision.definition["criteria"][0]["when"] == "size_class NOT IN ('small')"


def test_the_version_in_force_is_not_said_beside_the_same_condition(
    sun: Client, policy_sun: User, at: datetime
) -> None:
    revision = open_draft("T03", by=policy_sun, at=at)
    assert "现行：" not in text(sun.get(address(revision)))
    when = "resumed = TRUE"
    told = post(sun, revision, "try/", **{"c0-id": "resumed", "c0-as_text": "1", "c0-when": when})
    assert "现行：" not in text(told)


def test_a_worked_case_that_comes_out_otherwise_is_marked(sun: Client, draft: Draft) -> None:
    told = text(post(sun, draft, "try/", **{"k1-verdict": "eligible"}))
    assert "应为符合，算得不符合" in told


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ("add:criterion", 'name="c1-label"'),
        ("add:line:0", 'name="c0-l1-fact"'),
        ("add:case", 'name="k2-title"'),
        ("copy:case:0", 'name="k2-title"'),
        ("text:criterion:0", "<textarea"),
    ],
)
def test_a_button_adds_a_row_and_keeps_what_was_typed(
    change: str, there: str, sun: Client, draft: Draft
) -> None:
    page = post(sun, draft, "arrange/", change=change, summary="还没保存的一句话")
    assert there in page.content.decode()
    assert "还没保存的一句话" in page.content.decode()
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_row_is_taken_away(sun: Client, draft: Draft) -> None:
    page = post(sun, draft, "arrange/", change="drop:case:1").content.decode()
    assert 'name="k1-title"' not in page
    assert 'name="k0-title"' in page


@pytest.mark.parametrize(
    "change", ["drop:case:99", "up:criterion:x", "", "add:nonsense", "add:line:9"]
)
def test_a_button_of_an_old_page_does_no_harm(change: str, sun: Client, draft: Draft) -> None:
    assert post(sun, draft, "arrange/", change=change).status_code == 200


def test_who_saves_too_late_keeps_their_words(
    sun: Client, draft: Draft, policy_sun: User, at: datetime
) -> None:
    post(sun, draft)
    draft.refresh_from_db()
    changed = {**draft.definition, "title": "同事改的名称"}
    save_draft(draft, document=draft.document, definition=changed, revision=2, by=policy_sun, at=at)
    late = post(sun, draft, revision="2", summary="我写的一句话")
    assert late.status_code == 409
    page = text(late)
    assert "已先保存了第 3 次修改" in page
    assert "同事改的名称" in page
    assert "我写的一句话" in late.content.decode()
    draft.refresh_from_db()
    assert draft.title == "同事改的名称"


def test_an_earlier_state_is_one_click_away(sun: Client, draft: Draft) -> None:
    post(sun, draft)
    post(sun, draft, title="改坏了")
    draft.refresh_from_db()
    sun.post(address(draft, "restore/"), {"revision": str(draft.revision), "to": "2"})
    draft.refresh_from_db()
    assert draft.title == "稳岗补贴"


def test_it_is_not_sent_with_faults_and_the_page_says_so(sun: Client, draft: Draft) -> None:
    post(sun, draft, then="submit", **{"k1-verdict": "eligible"})
    draft.refresh_from_db()
    assert draft.stage == "drafting"
    assert "不能送审" in text(sun.get(address(draft)))


def test_from_the_desk_to_the_public(
    client: Client, draft: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    client.force_login(policy_sun)
    post(client, draft, then="submit")
    for stage in ("legality", "competition", "deliberation"):
        client.force_login(reviewer_wu)
        assert "不超过 20 人" in text(client.get(address(draft, "review/")))
        client.post(
            address(draft, "opinion/"),
            {
                "stage": stage,
                "revision": "2",
                "outcome": "passed",
                "unit": "区司法局",
                "number": "纪要 3 号",
            },
        )
    client.force_login(policy_sun)
    client.post(address(draft, "issue/"), {"number": "区发〔2020〕8 号", "issued": "2020-02-03"})
    assert PolicyVersion.objects.filter(policy__code="T09").exists()
    assert "区发〔2020〕8 号" in text(client.get("/policies/T09/"))
    client.logout()
    assert "稳岗补贴" in text(client.get("/p/T09/"))


def test_a_day_that_is_none_is_refused_in_words(sun: Client, draft: Draft) -> None:
    answer = sun.post(
        address(draft, "issue/"), {"number": "1 号", "issued": "2020-02-31"}, follow=True
    )
    assert "2020-02-31" in text(answer)


def test_nobody_else_opens_the_studio(
    client: Client, draft: Draft, clerk_chen: User, reviewer_wu: User, stranger_zhou: User
) -> None:
    for user in (clerk_chen, stranger_zhou):
        client.force_login(user)
        assert client.get("/studio/").status_code == 404
        assert client.get(address(draft)).status_code == 404
    client.force_login(reviewer_wu)
    assert client.get(address(draft)).status_code == 404
    assert client.get(address(draft, "review/")).status_code == 200


def test_what_is_typed_is_shown_as_text(sun: Client, draft: Draft) -> None:
    post(sun, draft, title="<script>alert(1)</script>", **{"c0-label": '"><b>x'})
    page = sun.get(address(draft)).content.decode()
    assert "<script>alert(1)" not in page
    assert '"><b>x' not in page


def test_a_repealed_policy_says_so(client: Client, policy_sun: User, at: datetime) -> None:
    client.force_login(policy_sun)
    last = (at + timedelta(days=1)).date().isoformat()
    client.post(
        "/policies/T03/repeal/", {"last_day": last, "number": "区发 9 号", "reason": "到期"}
    )
    assert "区发 9 号" in text(client.get("/policies/T03/"))


def test_worked_cases_go_out_to_a_spreadsheet_and_come_back_unsaved(
    sun: Client, draft: Draft
) -> None:
    post(sun, draft)
    sheet = sun.get(address(draft, "cases/")).content
    book = openpyxl.load_workbook(BytesIO(sheet))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]][:2] == ["情形", "期末从业人员（人）[staff]"]
    page.append(["19 人", 19, "符合", "8000"])
    page["B3"] = "二十一"
    target = BytesIO()
    book.save(target)
    upload = SimpleUploadedFile("样例.xlsx", target.getvalue())
    answer = sun.post(address(draft, "cases/take-in/"), {"file": upload})
    assert "已读入 3 个样例，还没有保存" in text(answer)
    assert "。新增：19 人。改动：21 人。有误（见该样例下的说明）：21 人" in text(answer)
    assert 'value="19 人"' in answer.content.decode()
    draft.refresh_from_db()
    assert len(draft.definition["cases"]) == 2


def test_a_spreadsheet_of_something_else_changes_nothing(sun: Client, draft: Draft) -> None:
    post(sun, draft)
    upload = SimpleUploadedFile("名册.csv", "企业名称,街道\n甲,东街\n乙,西街\n".encode())
    answer = sun.post(address(draft, "cases/take-in/"), {"file": upload}, follow=True)
    assert "没有“情形、应为”这一列" in text(answer)


def test_a_button_counts_anew_what_the_changed_form_reaches(sun: Client, draft: Draft) -> None:
    form = {"revision": "1", **FORM, "change": "drop:criterion:0"}
    answer = sun.post(address(draft, "arrange/"), form, headers={"hx-request": "true"})
    page = answer.content.decode()
    assert 'id="editor"' in page
    assert 'id="told" hx-swap-oob="true"' in page


def test_an_amount_that_is_not_known_is_said_in_words(sun: Client, draft: Draft) -> None:
    post(sun, draft, **{"k0-amount": "未知"})
    draft.refresh_from_db()
    assert draft.definition["cases"][0]["amount"] == "unknown"
    assert 'name="k0-amount" value="未知"' in sun.get(address(draft)).content.decode()
