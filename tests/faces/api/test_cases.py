"""Cases by the API: found, read with what can be done, opened, acted on, relayed; repeated safely."""
# ruff: noqa: F811 - fixtures of the cast of cases

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from furong.apps.base import journal
from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import install_procedures
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    appeal,
    clerk_deng,
    clerk_pan,
    clerk_tan,
    clerk_tang,
    dispatcher_he,
    everybody,
    folder,
    head_gu,
    head_xu,
    leader_zhao,
    supervisor_du,
)
from tests.apps.cast import install_pack, person
from tests.faces.api.conftest import Api

pytestmark = pytest.mark.usefixtures("everybody")
type SignIn = Callable[[User], Api]

DISPATCH = {
    "appeal_category": "traffic", "class": "general", "lead": "urban", "duty": "停车泊位管理",
}  # fmt: skip
LETTER = {"system": "12345", "external_number": "HX202002030001", "title": "门口停车难"}


@pytest.fixture
def district(db: None, folder: Any, settings: Settings, at: datetime) -> Pack:
    settings.DEMO = True
    pack = install_pack(folder, at=at)
    install_procedures(pack, by="test", at=at)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@pytest.fixture
def he(dispatcher_he: User, signed_in: SignIn) -> Api:
    return signed_in(dispatcher_he)


@pytest.fixture
def tan(clerk_tan: User, signed_in: SignIn) -> Api:
    return signed_in(clerk_tan)


@pytest.fixture
def li(liaison_li: User, signed_in: SignIn) -> Api:
    return signed_in(liaison_li)


def act(api: Api, case: Case | str, name: str, body: Any = None, **more: Any) -> Any:
    pk = case.pk if isinstance(case, Case) else case
    return api.send("POST", f"/cases/{pk}/actions/{name}", {"answers": body or {}}, **more)


# Refusals first.


def test_who_has_no_part_in_it_finds_nothing(
    appeal: Case,
    signed_in: SignIn,
    stranger_zhou: User,
    west_firm: Subject,
    at: datetime,
) -> None:
    owner = person("west", "西街王", "owner", ("subject", str(west_firm.pk)), at=at)
    for api in (signed_in(stranger_zhou), signed_in(owner)):
        assert api.get(f"/cases/{appeal.pk}").status == 404
        assert act(api, appeal, "dispatch", DISPATCH).status == 404
        assert api.send("POST", f"/cases/{appeal.pk}/comments", {"text": "甲"}).status == 404
        assert api.send("POST", f"/cases/{appeal.pk}/requests/whistle", {}).status == 404
        assert api.get("/cases/changes").status == 404
        assert api.get("/cases/figures").status == 404
    assert signed_in(owner).get("/cases").body["items"] == []


def test_who_sees_it_and_has_no_role_gets_the_same_answer(li: Api, appeal: Case) -> None:
    answer = act(li, appeal, "dispatch", DISPATCH)
    assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_a_case_that_has_moved_on_is_told_with_what_happened(he: Api, appeal: Case) -> None:
    assert act(he, appeal, "dispatch", DISPATCH, key="a").status == 200
    again = act(he, appeal, "dispatch", DISPATCH, key="b")
    assert (again.status, again.body["code"], again.body["since"]) == (409, "not_now", [])
    stale = act(he, appeal, "urge", key="c", If_Match='"1"')
    assert (stale.status, stale.body["code"]) == (412, "stale")
    (since,) = stale.body["since"]
    assert (since["sequence"], since["label"], since["to"]) == (2, "交办", "已交办")
    assert act(he, appeal, "urge", key="d", If_Match='"2"').status == 200


def test_every_bad_answer_is_named(he: Api, appeal: Case) -> None:
    answer = act(he, appeal, "dispatch", {"lead": "nobody", "shoe": 1})
    assert answer.status == 422
    assert {one["where"] for one in answer.body["errors"]} == {
        "answers.lead", "answers.shoe", "answers.class", "answers.duty", "answers.appeal_category",
    }  # fmt: skip
    appeal.refresh_from_db()
    assert appeal.revision == 1


def test_what_the_procedure_does_not_have(he: Api, appeal: Case) -> None:
    assert act(he, appeal, "fly").status == 409
    assert he.get(f"/cases/{uuid4()}").status == 404
    assert he.get("/cases/none").status == 404
    body = {"procedure": "none", "opening": "report"}
    assert he.send("POST", "/cases", body).status == 409


# What it does.


def test_the_page_of_a_case_says_what_can_be_done_and_how(he: Api, appeal: Case) -> None:
    answer = he.get(f"/cases/{appeal.pk}")
    assert answer.headers["ETag"] == '"1"'
    case = answer.body
    assert (case["number"], case["state_label"], case["turn"]["role"]) == (
        "SQ202000001", "待交办", "指挥中心",
    )  # fmt: skip
    assert case["timeline"][0]["said"][0] == {"label": "问题概述", "words": "员工停车难"}
    assert [one["name"] for one in case["clocks"]] == ["accept"]
    offers = {one["name"]: one for one in case["possible"]}
    assert {"dispatch", "refuse", "merge", "split", "whistle"} <= {*offers}
    form = {item["name"]: item for item in offers["dispatch"]["form"]}
    assert form["class"]["values"] == {
        "general": "一般",
        "urgent": "紧急",
        "complex": "疑难（跨单位）",
    }
    assert (form["lead"]["type"], form["lead"]["required"]) == ("organisation", True)
    assert form["words"]["max"] == 500
    assert offers["refuse"]["closures"] == {
        "not_accepted": "不予受理",
        "out_of_remit": "不属本区职权，已告知去向",
    }


def test_a_whole_life(li: Api, he: Api, tan: Api, east_firm: Subject, at: datetime) -> None:
    mine = str(uuid4())
    body = {
        "procedure": "appeal", "opening": "collect", "subject": str(east_firm.pk), "id": mine,
        "answers": {"title": "员工停车难", "contact_person": "王 13800000000"},
    }  # fmt: skip
    made = li.send("POST", "/cases", body, key="open")
    assert (made.status, made.body["id"]) == (201, mine)
    assert li.send("POST", "/cases", body, key="open").headers["Idempotent-Replayed"] == "true"
    assert li.send("POST", "/cases", body, key="other").body["number"] == made.body["number"]
    assert Case.objects.count() == 1
    assert "13800000000" not in str(li.get(f"/cases/{mine}").body)
    dispatched = act(he, mine, "dispatch", DISPATCH)
    assert (dispatched.status, dispatched.body["state"]) == (200, "dispatched")
    asked = tan.send(
        "POST",
        f"/cases/{mine}/requests/return",
        {"answers": {"return_ground": "duty", "clause": "不归我管"}},
        key="return",
    )
    assert asked.status == 201
    (pending,) = he.get(f"/cases/{mine}").body["pending"]
    offers = [one for one in he.get(f"/cases/{mine}").body["possible"] if one["kind"] == "answer"]
    path = next(one["path"] for one in offers if one["name"] == "granted")
    assert pending["id"] in path
    body = {"answers": {"opinion": "同意"}}
    answered = he.send("POST", path.removeprefix("/api/v1"), body, key="answer")
    assert (answered.status, answered.body["state"]) == (200, "triage")
    again = he.send("POST", path.removeprefix("/api/v1"), body, key="twice")
    assert again.status == 409


def test_words_and_files_are_added(he: Api, tan: Api, appeal: Case) -> None:
    sent = he.client.post("/api/v1/files", {"file": SimpleUploadedFile("现场.txt", "甲".encode())})
    assert sent.status_code == 201
    file = sent.json()["id"]
    body = {"text": "请先核实", "files": [file]}
    said = he.send("POST", f"/cases/{appeal.pk}/comments", body)
    assert said.status == 201
    timeline = he.get(f"/cases/{appeal.pk}").body["timeline"]
    assert timeline[-1]["files"][0]["id"] == file
    assert he.client.get(f"/api/v1/cases/{appeal.pk}/files/{file}").content == "甲".encode()
    assert tan.client.get(f"/api/v1/cases/{appeal.pk}/files/{file}").status_code == 404
    act(he, appeal, "dispatch", DISPATCH, key="dispatch")
    theirs = tan.send(
        "POST", f"/cases/{appeal.pk}/comments", {"text": "甲", "files": [file]}, key="t"
    )
    assert theirs.status == 422, "a file of somebody else's"


def test_lists_filter_and_page(he: Api, appeal: Case, li: Api, east_firm: Subject) -> None:
    for n in range(4):
        body = {
            "procedure": "appeal", "opening": "collect", "subject": str(east_firm.pk),
            "answers": {"title": f"用工 {n}"},
        }  # fmt: skip
        assert li.send("POST", "/cases", body, key=str(n)).status == 201
    first = he.get("/cases", limit=3)
    assert [one["number"][-1] for one in first.body["items"]] == ["1", "2", "3"]
    rest = he.get("/cases", limit=3, cursor=first.body["next"])
    assert [one["number"][-1] for one in rest.body["items"]] == ["4", "5"]
    assert rest.body["next"] is None
    assert [one["title"] for one in he.get("/cases", q="停车难").body["items"]] == ["员工停车难"]
    assert he.get("/cases", state="closed", category="all").body["items"] == []
    assert he.get("/cases", category="lost").status == 422


def test_figures_are_for_who_sees_the_whole_district(he: Api, li: Api, appeal: Case) -> None:
    (all_,) = he.get("/cases/figures").body["items"]
    assert (all_["opened"], all_["live"], all_["solved"]["percent"]) == (1, 1, None)
    assert li.get("/cases/figures").status == 404
    assert he.get("/cases/figures", procedure="none").body["items"] == []


def test_a_letter_is_taken_in_once_and_told_what_it_looks_like(
    he: Api,
    appeal: Case,
    east_firm: Subject,
    signed_in: SignIn,
    at: datetime,
) -> None:
    body = {**LETTER, "title": "员工停车难题", "subject": east_firm.name}
    made = he.send("POST", "/cases/relay", body, key="")
    assert (made.status, made.body["case"]["external_number"]) == (201, "HX202002030001")
    assert [one["number"] for one in made.body["alike"]] == ["SQ202000001"]
    again = he.send("POST", "/cases/relay", body, key="")
    assert (again.status, again.body["case"]["id"]) == (200, made.body["case"]["id"])
    assert Case.objects.count() == 2
    unknown = he.send("POST", "/cases/relay", {**body, "subject": "没有这家"}, key="")
    assert (unknown.status, unknown.body["errors"][0]["where"]) == (422, "subject")
    west = signed_in(person("hw", "西街调度", "dispatcher", ("zone", "990101002"), at=at))
    assert west.send("POST", "/cases/relay", body, key="").status == 422, "not of their street"


def test_changes_go_back_in_order_and_none_is_missed(
    he: Api, east_firm: Subject, at: datetime
) -> None:
    made = he.send("POST", "/cases/relay", {**LETTER, "subject": east_firm.name}, key="").body
    assert he.get("/cases/changes").body == {"items": [], "next": "0"}, "not sealed yet"
    journal.seal(at=at)
    first = he.get("/cases/changes").body
    assert [one["state"] for one in first["items"]] == ["triage"]
    act(he, made["case"]["id"], "dispatch", DISPATCH)
    journal.seal(at=at)
    then = he.get("/cases/changes", since=first["next"], system="12345").body
    assert [(one["external_number"], one["state_label"]) for one in then["items"]] == [
        ("HX202002030001", "已交办")
    ]
    assert then["items"][0]["answer"] == "", "words without audience stay inside"
    assert he.get("/cases/changes", since=then["next"]).body["items"] == []
    assert he.get("/cases/changes", since="x").status == 422
