"""Policies by spreadsheet in the browser: sent in, looked at row by row, taken over, handed back, taken out."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.directory.models import User
from furong.apps.policies.actions import Finding, open_draft, review_draft, submit_draft
from furong.apps.policies.models import Draft
from furong.faces.web import running
from furong.faces.web.views import policy_sheets
from tests.apps.policies.test_sheets import GOOD, table, whole
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture


@pytest.fixture
def sun(client: Client, policy_sun: User) -> Client:
    client.force_login(policy_sun)
    return client


def send(client: Client, content: bytes, name: str = "政策.xlsx") -> Any:
    return client.post("/studio/sheets/", {"file": SimpleUploadedFile(name, content)})


def sent(client: Client, content: bytes) -> str:
    answer = send(client, content)
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def book(response: Any) -> Any:
    assert response.status_code == 200
    return openpyxl.load_workbook(BytesIO(response.content))


def test_a_file_that_is_no_list_is_refused_on_the_spot(sun: Client) -> None:
    for content, said in [
        (b"%PDF-1.4 x", "PDF"),
        (table([{"企业名称": "甲", "街道": "东"}] * 2), "没有“编号、名称”这一列"),
    ]:
        answer = send(sun, content, "清单.xlsx" if content[:2] == b"PK" else "清单.pdf")
        assert answer.status_code == 422
        assert said in text(answer)
    assert sun.post("/studio/sheets/").status_code == 422


def test_each_row_is_told_of_before_anything_is_written(sun: Client) -> None:
    rows = [GOOD, GOOD | {"编号": "T10", "办理方式": "随便", "领导批示": "阅"}]
    page = text(sun.get(sent(sun, table(rows))))
    assert "未识别的列：领导批示" in page
    assert "办理方式：没有“随便”这一项；可写：免申即享、即申即享、申报" in page
    assert "待补：" in page
    assert "新开 1 份草稿" in page
    assert not Draft.objects.exists()


def test_good_rows_are_taken_over_and_the_others_come_back(sun: Client) -> None:
    rows = [GOOD, GOOD | {"编号": "T10", "办理方式": "随便"}]
    address = sent(sun, table(rows))
    page = text(sun.post(address + "commit/", follow=True))
    assert "已新开 1 份草稿" in page
    assert "已成为 1 份草稿" in page
    assert [draft.code for draft in Draft.objects.all()] == ["T09"]
    lines = [*book(sun.get(address + "invalid/"))["政策清单"].iter_rows(values_only=True)]
    assert [line[0] for line in lines] == ["编号", "T10"]
    assert "随便" in lines[1][-1]
    assert sun.post(address + "commit/").status_code == 302
    assert Draft.objects.get().revision == 2


def test_a_long_list_is_taken_over_behind_a_progress_page(
    sun: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_sheets, "AT_ONCE", 1)
    monkeypatch.setattr(running, "begin", lambda _key, work: work())
    address = sent(sun, table([GOOD, GOOD | {"编号": "T10"}]))
    answer = sun.post(address + "commit/")
    assert answer["Location"] == address + "progress/"
    assert sun.get(address + "progress/")["Location"] == address
    assert "已成为 2 份草稿" in text(sun.get(address))


def test_while_it_goes_on_the_page_says_how_far(
    sun: Client, policy_sun: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_sheets, "AT_ONCE", 1)
    monkeypatch.setattr(running, "begin", lambda _key, _work: None)
    monkeypatch.setattr(running, "is_running", lambda _key: True)
    address = sent(sun, table([GOOD, GOOD | {"编号": "T10"}]))
    sun.post(address + "commit/")
    open_draft("T10", by=policy_sun, at=at)
    assert "1 / 2 · 50%" in text(sun.get(address + "progress/"))


def test_nobody_sees_the_file_of_another(
    sun: Client,
    clerk_chen: User,
    reviewer_wu: User,
    district: Any,  # noqa: F811
) -> None:
    address = sent(sun, table([GOOD]))
    assert sun.get(f"/studio/sheets/{uuid4()}/").status_code == 404
    for user in (clerk_chen, reviewer_wu):
        other = Client()
        other.force_login(user)
        for act in ("", "progress/", "invalid/"):
            assert other.get(address + act).status_code == 404
        assert other.post(address + "commit/").status_code == 404
        assert send(other, table([GOOD])).status_code == 404


def test_the_template_tells_how_to_fill_it_in(sun: Client) -> None:
    made = book(sun.get("/studio/sheets/blank/"))
    assert made.sheetnames[:3] == ["政策清单", "样例", "填写说明"]
    headings = [cell.value for cell in made["政策清单"][2]]
    assert headings[:3] == ["编号", "名称", "一句话说明"]
    assert "条件1" in headings
    told = [*made["可用的事实"].iter_rows(values_only=True)]
    assert any(row[1] == "staff" for row in told)


def test_the_whole_library_goes_out_and_in_again_without_a_change(sun: Client) -> None:
    answer = sun.get("/policies/sheet/")
    assert "截至" in str(book(answer)["政策清单"]["A1"].value)
    page = text(sun.get(sent(sun, answer.content)))
    assert "与现行一致，不动" in page
    assert "新开" not in page


def test_drafts_go_out_with_the_opinions_on_them(
    sun: Client, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    sun.post(sent(sun, whole()) + "commit/")
    draft = Draft.objects.get()
    draft = submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
    finding = Finding(passed=False, unit="=区司法局", text="请补充依据")
    review_draft(draft, finding, stage=draft.stage, revision=draft.revision, by=reviewer_wu, at=at)
    made = book(sun.get("/studio/sheets/drafts/"))
    assert made["草稿"]["A3"].value == "T09"
    assert made["审查意见"]["E3"].value == "'=区司法局"
    assert made["政策清单"]["A3"].value == "T09"


def test_a_number_from_the_sheet_is_proposed_when_it_is_issued(
    sun: Client, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    sun.post(sent(sun, whole()) + "commit/")
    draft = Draft.objects.get()
    draft = submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
    for stage in draft.reviews:
        passed = Finding(passed=True, unit="区司法局", number="纪要〔2020〕1号")
        draft = review_draft(
            draft, passed, stage=stage, revision=draft.revision, by=reviewer_wu, at=at
        )
    page = sun.get(f"/studio/{draft.pk}/review/").content.decode()
    assert 'name="number" value="测政发〔2020〕3号"' in page
    assert 'value="2020-02-01"' in page


def test_a_policy_goes_out_as_a_packs_file(sun: Client) -> None:
    answer = sun.get("/policies/T01/yaml/")
    assert "t-relief.yaml" in answer["Content-Disposition"]
    assert "id: T01" in answer.content.decode()
    assert sun.get("/policies/T99/yaml/").status_code == 404
