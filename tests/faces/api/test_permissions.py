"""Who may use what: the same grants as everywhere."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from ninja.constants import NOT_SET

from furong.apps.directory.actions import revoke
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Subject
from furong.faces.api.access import Needs
from furong.faces.api.service import api
from tests.apps.cast import person
from tests.faces.api.conftest import Api

type SignIn = Callable[[User], Api]

LISTS = ("/subjects", "/policies", "/facts", "/policies/T01/subjects")


def paths(subject: Subject) -> list[str]:
    """Every path that can be read."""
    of_subject = [f"/subjects/{subject.pk}{part}" for part in ("", "/facts", "/verdicts")]
    return [*LISTS, *of_subject, "/policies/T01", "/policies/T01/reach"]


def test_every_operation_states_its_permission() -> None:
    operations = [
        operation
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    assert len(operations) == 67
    for operation in operations:
        assert operation.auth_param is not NOT_SET
        assert [type(one) for one in operation.auth_callbacks] == [Needs], operation.path


def test_whoever_has_not_signed_in_is_told_so(nobody: Api, east_firm: Subject) -> None:
    for path in paths(east_firm):
        answer = nobody.get(path)
        assert (answer.status, answer.body["code"]) == (401, "not_signed_in"), path
        assert answer.headers["Content-Type"] == "application/problem+json"
    for method, path in (("POST", "/subjects"), ("PUT", f"/subjects/{east_firm.pk}/facts")):
        assert nobody.send(method, path, {}).status == 401


def test_for_a_stranger_nothing_is_there(
    signed_in: SignIn, stranger_zhou: User, east_firm: Subject
) -> None:
    api = signed_in(stranger_zhou)
    for path in paths(east_firm):
        assert api.get(path).status == 404, path
    assert api.send("POST", "/subjects", {"kind": "enterprise", "name": "甲"}).status == 404
    answer = api.send("PUT", f"/subjects/{east_firm.pk}/facts", {"values": {"staff": 1}})
    assert answer.status == 404
    assert answer.body["message"]
    assert answer.body["remedy"]


def test_a_leader_reads_everything_and_writes_nothing(
    signed_in: SignIn, leader_zhao: User, east_firm: Subject
) -> None:
    api = signed_in(leader_zhao)
    for path in paths(east_firm):
        assert api.get(path).status == 200, path
    facts = {"values": {"staff": 1}}
    assert api.send("PUT", f"/subjects/{east_firm.pk}/facts", facts, If_Match='"0"').status == 404
    assert api.send("POST", "/subjects", {"kind": "enterprise", "name": "甲"}).status == 404


@pytest.mark.parametrize("who", ["liaison_li", "owner_wang", "clerk_chen"])
def test_each_sees_their_own(
    signed_in: SignIn,
    who: str,
    east_firm: Subject,
    west_firm: Subject,
    request: pytest.FixtureRequest,
) -> None:
    api = signed_in(request.getfixturevalue(who))
    assert [one["name"] for one in api.get("/subjects").body["items"]] == [east_firm.name]
    assert api.get(f"/subjects/{east_firm.pk}").status == 200
    for part in ("", "/facts", "/verdicts"):
        assert api.get(f"/subjects/{west_firm.pk}{part}").status == 404
    reached = api.get("/policies/T01/subjects", verdict="unknown").body["items"]
    assert [one["name"] for one in reached] == [east_firm.name]


def test_figures_count_whom_the_person_may_see(
    signed_in: SignIn,
    clerk_chen: User,
    policy_sun: User,
    east_firm: Subject,
    west_firm: Subject,
) -> None:
    street = signed_in(clerk_chen).get("/policies/T01/reach").body
    assert (street["everywhere"], street["count"]) == (False, 1)
    assert [share["name"] for share in street["streets"]] == ["东街街道"]
    district = signed_in(policy_sun).get("/policies/T01/reach").body
    assert (district["everywhere"], district["count"]) == (True, 2)


def test_an_owner_is_told_no_figures(signed_in: SignIn, owner_wang: User) -> None:
    assert signed_in(owner_wang).get("/policies/T01").status == 200
    assert signed_in(owner_wang).get("/policies/T01/reach").status == 404


def test_a_grant_that_ended_gives_nothing(
    signed_in: SignIn, leader_zhao: User, at: datetime
) -> None:
    api = signed_in(leader_zhao)
    assert api.get("/subjects").status == 200
    revoke(Grant.objects.get(user=leader_zhao), reason="调离", by="test", at=at)
    assert api.get("/subjects").status == 404


def test_natural_persons_only_with_their_own_mandate_and_masked(
    signed_in: SignIn, leader_zhao: User, at: datetime
) -> None:
    officer = signed_in(person("mz", "民政经办", "clerk", at=at))
    new = {"kind": "person", "name": "赵小明", "identifiers": {"resident_id": "430102000000000000"}}
    made = officer.send("POST", "/subjects", new)
    assert made.status == 201
    assert (made.body["name"], made.body["identifiers"][0]["value"]) == ("赵**", None)
    path = f"/subjects/{made.body['id']}/facts"
    assert (
        officer.send("PUT", path, {"values": {"hardship": "低保"}}, key="2", If_Match="*").status
        == 200
    )
    known = officer.get(path).body["facts"]["hardship"]
    assert (known["value"], known["shown"], known["personal"]) == (None, "******", True)
    assert officer.get("/policies/T04/reach").body["decides"] == 1
    leader = signed_in(leader_zhao)
    assert leader.get("/subjects").body["items"] == []
    assert leader.get(path).status == 404
    assert leader.get("/policies/T04/reach").body["count"] == 0
    assert leader.get("/policies/T04/subjects", verdict="decides").body["items"] == []


def test_a_clerk_enters_subjects_in_their_own_street_only(
    signed_in: SignIn, clerk_chen: User
) -> None:
    api = signed_in(clerk_chen)
    new = {"kind": "enterprise", "name": "新开小店", "street": "990101002"}
    assert api.send("POST", "/subjects", new).status == 404
    assert not Subject.objects.filter(name="新开小店").exists()
    assert api.send("POST", "/subjects", {**new, "street": "990101001"}).status == 201


def test_nobody_speaks_in_a_name_that_is_not_theirs(
    signed_in: SignIn, owner_wang: User, clerk_chen: User, east_firm: Subject
) -> None:
    path = f"/subjects/{east_firm.pk}/facts"
    facts = {"values": {"staff": 8}, "source": "register"}
    answer = signed_in(owner_wang).send("PUT", path, facts, If_Match='"0"')
    assert answer.status == 422
    assert answer.body["errors"] == [
        {
            "where": "source",
            "message": "您不能以“register”的名义填报",
            "remedy": "可用的来源：owner",
        }
    ]
    assert signed_in(clerk_chen).send("PUT", path, facts, If_Match="*").status == 200
    assert signed_in(owner_wang).get(path).body["facts"]["staff"]["source"] == "register"


def test_unsafe_requests_need_the_csrf_token(clerk_chen: User, east_firm: Subject) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk_chen)
    new = {"kind": "enterprise", "name": "新店", "street": "990101001"}
    headers = {"Idempotency-Key": "1"}
    refused = client.post("/api/v1/subjects", new, "application/json", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    client.cookies["csrftoken"] = "a" * 32
    headers["X-CSRFToken"] = "a" * 32
    made = client.post("/api/v1/subjects", new, "application/json", headers=headers)
    assert made.status_code == 201


def test_the_description_is_for_those_who_signed_in(nobody: Api, leader_zhao: User) -> None:
    assert nobody.client.get("/api/v1/openapi.json").status_code == 302
    client = Client()
    client.force_login(leader_zhao)
    described = client.get("/api/v1/openapi.json").json()
    assert "/api/v1/subjects/{subject_id}/facts" in described["paths"]
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert "//cdn" not in text
    assert all("src=" in part or "application/json" in part for part in text.split("<script")[1:])
