"""What single resources say, and how a client knows that it has them already."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from furong.apps.base.clock import set_clock
from furong.apps.directory.models import User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.faces.api.conftest import Api

type SignIn = Callable[[User], Api]


@pytest.fixture
def api(signed_in: SignIn, policy_sun: User) -> Api:
    return signed_in(policy_sun)


def test_a_subject(api: Api, east_firm: Subject) -> None:
    body = api.get(f"/subjects/{east_firm.pk}").body
    assert body["name"] == "东街停车服务有限公司"
    assert (body["kind"], body["kind_label"]) == ("enterprise", "企业")
    assert body["street"] == {"code": "990101001", "name": "东街街道"}
    assert body["identifiers"][0]["value"] == "91990101MA0000001Y"


def test_facts_now_and_as_they_were_known(api: Api, east_firm: Subject, at: datetime) -> None:
    path = f"/subjects/{east_firm.pk}/facts"
    state_facts(
        east_firm,
        {"staff": 8, "revenue": "1234.50", "resumed_on": "2020-02-02", "listed": "key_goods"},
        source="statistics",
        by="test",
        at=at,
    )
    later = at + timedelta(hours=3)
    state_facts(east_firm, {"staff": 9}, source="statistics", by="test", at=later)
    now = api.get(path).body
    assert now["facts"]["staff"]["value"] == 9
    assert now["facts"]["revenue"]["value"] == "1234.5"
    assert now["facts"]["resumed_on"]["value"] == "2020-02-02"
    assert now["facts"]["listed"]["value"] == ["key_goods"]
    assert now["facts"]["staff"]["source_label"] == "统计报表"
    then = api.get(path, at="2020-02-03T10:00:00+08:00").body
    assert then["facts"]["staff"]["value"] == 8
    assert then["as_of"].startswith("2020-02-03T02:00:00")
    assert api.get(path, at="2020-02-02T00:00:00Z").body["facts"] == {}


def test_verdicts_with_reasons(api: Api, east_firm: Subject, at: datetime) -> None:
    values = {"staff": 30, "size_class": "small", "resumed": False}
    state_facts(east_firm, values, source="statistics", by="test", at=at)
    body = api.get(f"/subjects/{east_firm.pk}/verdicts").body
    named = {
        standing: [one["policy"] for one in body[standing]]
        for standing in ("eligible", "unknown", "decides", "ineligible")
    }
    assert named == {
        "eligible": ["T01"],
        "unknown": ["N01"],
        "decides": ["T02"],
        "ineligible": ["T03"],
    }
    assert (body["total"], body["on"]) == ("15000.00", "2020-02-03")
    eligible = body["eligible"][0]
    assert (eligible["amount"], eligible["title"]) == ("15000.00", "小微企业复工补贴")
    assert [one["answer"] for one in eligible["criteria"]] == ["true", "true"]
    assert eligible["criteria"][1]["used"][0]["shown"] == "30 人"
    assert body["unknown"][0]["missing"] == [
        {"key": "N01.proof", "label": "出示承诺书"},
        {"key": "N01.text", "label": "其他条件"},
    ]


def test_a_policy_with_definition_and_versions(api: Api, district: Pack) -> None:
    body = api.get("/policies/T01").body
    assert body["definition"]["criteria"][1]["when"] == "staff <= 50"
    assert body["versions"][0]["window"] == {"start": "2020-02-01", "end": None}
    assert body["versions"][0]["origin"] == "sample@1.0.0"
    assert api.get("/policies/T99").status == 404
    assert api.get("/policies/%00").status == 404


def test_reach(api: Api, east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    values = {"staff": 30, "size_class": "small"}
    state_facts(east_firm, values, source="statistics", by="test", at=at)
    body = api.get("/policies/T01/reach").body
    assert (body["count"], body["eligible"], body["unknown"]) == (2, 1, 1)
    assert (body["total"], body["amount_unknown"]) == ("15000.00", 0)
    assert body["criteria"][0] == {"id": "size", "label": "小型或微型企业", "met": 1, "unknown": 1}
    assert {one["name"]: one["eligible"] for one in body["streets"]} == {
        "东街街道": 1,
        "西街街道": 0,
    }
    assert {one["name"]: one["eligible"] for one in body["sizes"]} == {"小型": 1, "": 0}


def test_the_declared_facts(api: Api, district: Pack) -> None:
    facts = {one["key"]: one for one in api.get("/facts").body["items"]}
    assert facts["staff"]["kinds"] == ["enterprise", "building"]
    assert (facts["staff"]["unit"], facts["staff"]["max"]) == ("人", "1000000")
    assert facts["size_class"]["values"]["micro"] == "微型"
    assert facts["phone"]["sensitivity"] == "personal"


@pytest.mark.parametrize("part", ["", "/facts", "/verdicts"])
def test_what_a_client_has_already_is_not_sent_again(
    api: Api, east_firm: Subject, at: datetime, part: str
) -> None:
    path = f"/subjects/{east_firm.pk}{part}"
    etag = api.get(path).headers["ETag"]
    same = api.get(path, headers={"If-None-Match": etag})
    assert (same.status, same.body) == (304, None)
    later = at + timedelta(minutes=1)
    state_facts(east_firm, {"staff": 5}, source="statistics", by="test", at=at)
    set_clock(mode="frozen", anchor=later, by="test", at=later)
    fresh = api.get(path, headers={"If-None-Match": etag})
    assert fresh.status == 200
    assert fresh.headers["ETag"] != etag


@pytest.mark.parametrize("subject", ["1", "00000000-0000-0000-0000-000000000000", "x" * 300, "%00"])
def test_what_names_nothing_is_not_there(api: Api, district: Pack, subject: str) -> None:
    for part in ("", "/facts", "/verdicts"):
        answer = api.get(f"/subjects/{subject}{part}")
        assert (answer.status, answer.body["code"]) == (404, "not_found")
