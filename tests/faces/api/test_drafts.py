"""Drafts by the API: written against a revision, tried, reviewed, issued; repeated without harm."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from furong.apps.directory.models import User
from furong.apps.policies.models import Draft, DraftRevision, PolicyVersion
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.apps.policies.test_drafting import DEFINITION, DOCUMENT
from tests.faces.api.conftest import Answer, Api

DEFINED = {key: value for key, value in DEFINITION.items() if key not in {"id", "version"}}
CONTENT: dict[str, Any] = {"document": DOCUMENT, "definition": DEFINED}


@pytest.fixture
def sun(policy_sun: User, signed_in: Callable[[User], Api]) -> Api:
    return signed_in(policy_sun)


@pytest.fixture
def wu(reviewer_wu: User, signed_in: Callable[[User], Api]) -> Api:
    return signed_in(reviewer_wu)


@pytest.fixture
def draft(sun: Api) -> dict[str, Any]:
    made: dict[str, Any] = sun.send("POST", "/drafts", {"code": "T09"}, key="open").body
    return made


def path(draft: dict[str, Any], act: str = "") -> str:
    return f"/drafts/{draft['id']}{act}"


def put(api: Api, draft: dict[str, Any], etag: str, key: str = "put", **changes: Any) -> Answer:
    body = {"document": DOCUMENT, "definition": {**DEFINED, **changes}}
    headers = {"If_Match": etag} if etag else {}
    return api.send("PUT", path(draft), body, key=key, **headers)


# Bad input.


def test_nobody_else_learns_that_there_are_drafts(
    draft: dict[str, Any],
    wu: Api,
    clerk_chen: User,
    leader_zhao: User,
    signed_in: Callable[[User], Api],
) -> None:
    for act in ("", "/try", "/submit", "/issue", "/recall", "/withdraw"):
        method = "PUT" if not act else "POST"
        assert wu.send(method, path(draft, act), {"x": 1}).status == 404  # a reviewer writes none
    clerk = signed_in(clerk_chen)
    assert clerk.get("/drafts").status == clerk.get(path(draft)).status == 404
    assert clerk.get(path(draft, "/opinions")).status == 404
    assert clerk.send("POST", "/drafts", {"code": "T10"}).status == 404


def test_a_draft_that_is_not_there(sun: Api, draft: dict[str, Any]) -> None:
    assert sun.get(f"/drafts/{uuid4()}").status == 404
    assert sun.get("/drafts/none").status == 404


def test_a_code_that_cannot_be_and_one_that_is_taken(sun: Api, draft: dict[str, Any]) -> None:
    for code, said in (("t 9", "不合规则"), ("T09", "已有草稿")):
        answer = sun.send("POST", "/drafts", {"code": code}, key=code.strip())
        assert answer.status == 409
        assert said in answer.body["message"]


def test_more_conditions_or_cases_than_a_form_takes_are_refused(
    sun: Api, draft: dict[str, Any]
) -> None:
    conditions = [{"id": f"c{n}", "label": "甲", "when": "staff > 1"} for n in range(41)]
    answer = put(sun, draft, '"1"', criteria=conditions)
    assert answer.status == 409
    assert "条件有 41 个，最多 40 个" in answer.body["message"]
    cases = [{"title": "甲", "facts": {"staff": 1}, "verdict": "eligible"} for _n in range(61)]
    answer = put(sun, draft, '"1"', key="cases", cases=cases)
    assert "样例有 61 个，最多 60 个" in answer.body["message"]


def test_text_that_is_read_backwards_is_refused(sun: Api, draft: dict[str, Any]) -> None:
    """It would go out to public pages and posters."""
    answer = put(sun, draft, '"1"', title="稳岗\u202e贴补")
    assert answer.status == 400
    assert "改变阅读方向的符号" in answer.body["message"]


def test_saving_needs_the_revision_that_was_read(sun: Api, draft: dict[str, Any]) -> None:
    assert put(sun, draft, "").status == 428
    assert put(sun, draft, '"nonsense"', key="n").status == 412


def test_who_saves_too_late_is_told_what_changed(sun: Api, draft: dict[str, Any]) -> None:
    assert put(sun, draft, '"1"', title="甲").status == 200
    late = put(sun, draft, '"1"', key="late", title="乙")
    assert late.status == 412
    assert late.body["code"] == "stale"
    assert "孙专员已先保存" in late.body["message"]
    assert {one["where"]: one["message"] for one in late.body["errors"]}[
        "definition.title"
    ] == " → 甲"
    assert Draft.objects.get().title == "甲"
    assert put(sun, draft, '"2"', key="again", title="乙").headers["ETag"] == '"3"'


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"cases": [5]}, "definition.cases.0"),
        ({"criteria": "staff"}, "definition.criteria"),
        ({"criteria": [{"label": "甲"}]}, "definition.criteria.0.id"),
        ({"kinds": "enterprise"}, "definition.kinds"),
        ({"benefit": []}, "definition.benefit"),
        ({"title": 7}, "definition.title"),
    ],
)
def test_content_without_its_shape_is_refused(
    sun: Api, draft: dict[str, Any], changes: dict[str, Any], where: str
) -> None:
    answer = put(sun, draft, '"1"', **changes)
    assert answer.status == 422
    assert where in [one["where"].removeprefix("body.") for one in answer.body["errors"]]
    assert Draft.objects.get().revision == 1


def test_an_unfinished_draft_is_saved_and_not_sent_on(sun: Api, draft: dict[str, Any]) -> None:
    assert (
        put(sun, draft, '"1"', criteria=[{"id": "c1", "label": "甲", "when": "staf <"}]).status
        == 200
    )
    answer = sun.send("POST", path(draft, "/submit"), {}, key="submit", If_Match='"2"')
    assert (answer.status, answer.body["code"]) == (409, "unready")
    assert "criteria[0].when" in [one["where"] for one in answer.body["errors"]]


def test_without_a_key_nothing_is_written(sun: Api, draft: dict[str, Any]) -> None:
    assert put(sun, draft, '"1"', key="").status == 400
    assert Draft.objects.get().revision == 1


def test_an_opinion_names_the_revision_that_was_read(
    sun: Api, wu: Api, draft: dict[str, Any]
) -> None:
    put(sun, draft, '"1"')
    assert sun.send("POST", path(draft, "/submit"), {}, key="none").status == 428
    stale = sun.send("POST", path(draft, "/submit"), {}, key="old", If_Match='"1"')
    assert (stale.status, stale.body["code"]) == (412, "stale")
    sun.send("POST", path(draft, "/submit"), {}, key="now", If_Match='"2"')
    opinion = {"stage": "legality", "passed": True, "unit": "区司法局"}
    assert wu.send("POST", path(draft, "/opinions"), opinion, key="a").status == 422
    late = wu.send("POST", path(draft, "/opinions"), opinion | {"revision": 1}, key="b")
    assert late.status == 412
    assert "第 2 次修改" in late.body["message"]
    assert Draft.objects.get().stage == "legality"


# What it does.


def test_a_draft_is_opened_once_for_a_key(sun: Api) -> None:
    first = sun.send("POST", "/drafts", {"code": "T03"}, key="k")
    again = sun.send("POST", "/drafts", {"code": "T03"}, key="k")
    assert first.status == again.status == 201
    assert first.body == again.body
    assert first.body["base"] == "T03@1"
    assert first.headers["Location"] == f"/api/v1/drafts/{first.body['id']}"
    assert Draft.objects.count() == 1


def test_saving_the_same_again_writes_nothing(sun: Api, draft: dict[str, Any]) -> None:
    answer = put(sun, draft, '"1"')
    assert answer.status == 200
    assert answer.body["definition"] == DEFINITION
    assert put(sun, draft, '"1"', key="other").headers["ETag"] == '"2"'
    assert DraftRevision.objects.count() == 2


def test_numbers_are_kept_exactly(sun: Api, draft: dict[str, Any]) -> None:
    body = json.dumps(CONTENT | {"definition": DEFINED | {"budget": {"amount": "?"}}})
    sent = body.replace('"?"', "12345678901.1").encode()
    answer = sun.send("PUT", path(draft), sent, If_Match='"1"')
    assert answer.body["definition"]["budget"] == {"amount": "12345678901.1"}


def test_trying_tells_remarks_cases_and_reach_and_saves_nothing(
    sun: Api, draft: dict[str, Any], east_firm: Subject, at: datetime
) -> None:
    state_facts(east_firm, {"staff": 12}, source="statistics", by="test", at=at)
    answer = sun.send("POST", path(draft, "/try"), CONTENT, key="")
    assert answer.status == 200
    assert answer.body["sound"]
    assert [one["ok"] for one in answer.body["cases"]] == [True, True]
    assert (answer.body["reach"]["eligible"], answer.body["reach"]["total"]) == (1, "6000.00")
    assert answer.body["before"] is None
    saved = sun.send("POST", path(draft, "/try"), {}, key="").body
    assert (saved["sound"], saved["reach"]) == (False, None)
    assert Draft.objects.get().revision == 1


def test_lists_are_filtered_and_paged(sun: Api, draft: dict[str, Any]) -> None:
    sun.send("POST", "/drafts", {"code": "T03"}, key="b")
    sun.send("POST", path(draft, "/withdraw"), {"reason": "重写"}, key="w")
    assert [one["code"] for one in sun.get("/drafts").body["items"]] == ["T09", "T03"]
    assert [one["code"] for one in sun.get("/drafts", open="true").body["items"]] == ["T03"]
    assert [one["code"] for one in sun.get("/drafts", open="false").body["items"]] == ["T09"]
    assert [one["code"] for one in sun.get("/drafts", stage="withdrawn").body["items"]] == ["T09"]
    page = sun.get("/drafts", limit=1).body
    assert [one["code"] for one in sun.get("/drafts", cursor=page["next"]).body["items"]] == ["T03"]


def test_from_the_desk_to_the_public(sun: Api, wu: Api, draft: dict[str, Any]) -> None:
    put(sun, draft, '"1"')
    sent = sun.send("POST", path(draft, "/submit"), {}, key="s", If_Match='"2"')
    assert sent.body["stage"] == "legality"
    own = sun.send("POST", path(draft, "/recall"), {"reason": "补"}, key="r")
    assert own.body["stage"] == "drafting"
    sun.send("POST", path(draft, "/submit"), {}, key="s2", If_Match="*")
    for stage in ("legality", "competition", "deliberation"):
        opinion = {"stage": stage, "revision": 2, "passed": True, "unit": "区司法局"}
        opinion["number"] = "〔2020〕1号"
        answer = wu.send("POST", path(draft, "/opinions"), opinion, key=stage)
        assert answer.status == 201
    late = wu.send("POST", path(draft, "/opinions"), opinion, key="late")
    assert late.status == 409
    told = sun.get(path(draft, "/opinions")).body["items"]
    assert [one["stage"] for one in told] == ["legality", "competition", "deliberation"]
    paper = {"number": "测政发〔2020〕9号", "issued": "2020-02-03"}
    assert (
        sun.send("POST", path(draft, "/issue"), paper | {"issued": "2月31日"}, key="x").status
        == 422
    )
    made = sun.send("POST", path(draft, "/issue"), paper, key="i")
    assert made.status == 201
    assert (made.body["policy"], made.body["number"]) == ("T09", "测政发〔2020〕9号")
    assert sun.send("POST", path(draft, "/issue"), paper, key="i").body == made.body
    assert PolicyVersion.objects.filter(policy__code="T09").count() == 1
    assert sun.get(path(draft)).body["issued"] == "T09@1"


def test_a_policy_goes_out_as_a_packs_file(sun: Api, district: Any) -> None:
    answer = sun.client.get("/api/v1/policies/T01/yaml")
    assert answer.status_code == 200
    assert "id: T01" in answer.content.decode()
    assert sun.get("/policies/T99/yaml").status == 404


def test_the_description_names_every_operation(sun: Api, district: Any) -> None:
    paths = sun.get("/openapi.json").body["paths"]
    for one in ("", "/{draft_id}", "/{draft_id}/try", "/{draft_id}/opinions", "/{draft_id}/issue"):
        held = paths[f"/api/v1/drafts{one}"]
        assert all(operation["description"] for operation in held.values())
