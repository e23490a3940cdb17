"""Disputes by programs: a fact says that it is in dispute; objecting; settling, by another person."""

from collections.abc import Callable
from datetime import datetime

import pytest

from furong.apps.directory.models import Grant, User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Dispute, Subject
from tests.apps.cast import EAST, person
from tests.faces.api.conftest import Answer, Api

type SignIn = Callable[[User], Api]


@pytest.fixture
def staffed(east_firm: Subject, clerk_chen: User, at: datetime) -> Subject:
    state_facts(east_firm, {"staff": 40}, source="department", by=clerk_chen, at=at)
    return east_firm


@pytest.fixture
def owner(signed_in: SignIn, owner_wang: User) -> Api:
    return signed_in(owner_wang)


@pytest.fixture
def clerk(signed_in: SignIn, east_firm: Subject, at: datetime) -> Api:
    return signed_in(person("dou", "窦经办", "clerk", (Grant.Scope.ZONE, EAST), at=at))


def contest(api: Api, subject: Subject, **changes: object) -> Answer:
    seen = api.get(f"/subjects/{subject.pk}/facts").body["facts"]["staff"]["entry"]
    body = {"value": 31, "seen": seen, "note": "已离职 9 人"} | changes
    return api.send("POST", f"/subjects/{subject.pk}/facts/staff/contest", body)


def test_an_objection_is_a_dispute_and_the_fact_says_so(owner: Api, staffed: Subject) -> None:
    made = contest(owner, staffed)
    assert made.status == 201
    fact = owner.get(f"/subjects/{staffed.pk}/facts").body["facts"]["staff"]
    assert (fact["value"], fact["disputed"], fact["suspended"]) == (40, True, False)
    (one,) = owner.get("/disputes?open=true").body["items"]
    assert one["id"] == made.body["dispute"]
    assert [claim["value"] for claim in one["claims"]] == [40, 31]


def test_between_equals_the_value_is_null(owner: Api, east_firm: Subject, at: datetime) -> None:
    state_facts(east_firm, {"staff": 40}, source="liaison", by="test", at=at)
    contest(owner, east_firm)
    fact = owner.get(f"/subjects/{east_firm.pk}/facts").body["facts"]["staff"]
    assert (fact["value"], fact["shown"], fact["suspended"]) == (None, "待核实", True)


def test_what_is_wrong_with_an_objection_is_said(owner: Api, staffed: Subject) -> None:
    assert contest(owner, staffed, value="许多").status == 422
    assert contest(owner, staffed, value=None).status == 422
    assert contest(owner, staffed, source="register").status == 422
    assert contest(owner, staffed, note="").status == 409
    assert contest(owner, staffed, value=40).status == 409
    assert not Dispute.objects.exists()


def test_the_street_settles_once(owner: Api, clerk: Api, staffed: Subject) -> None:
    contest(owner, staffed)
    one = Dispute.objects.get()
    path, body = f"/disputes/{one.pk}/settle", {"stands": one.claims[1], "reason": "现场清点"}
    assert owner.send("POST", path, body).status == 404
    done = clerk.send("POST", path, body)
    assert (done.status, done.body["outcome"], done.body["stands"]) == (
        201,
        "settled",
        one.claims[1],
    )
    assert clerk.send("POST", path, body, key="another").status == 409
    assert clerk.get(f"/disputes/{one.pk}").body["reason"] == "现场清点"
    assert clerk.get("/disputes?open=true").body["items"] == []


def test_another_firms_dispute_is_not_there(
    owner: Api, signed_in: SignIn, staffed: Subject, west_firm: Subject, at: datetime
) -> None:
    contest(owner, staffed)
    scope = (Grant.Scope.SUBJECT, str(west_firm.pk))
    west = signed_in(person("hu", "胡会计", "owner", scope, at=at))
    assert west.get("/disputes").body["items"] == []
    assert west.get(f"/disputes/{Dispute.objects.get().pk}").status == 404
