"""Entitled lists, applications and decisions by the API."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from furong.apps.directory.actions import grant
from furong.apps.directory.models import User
from furong.apps.policies.actions import take_standings
from furong.apps.policies.models import Application, Decision
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.faces.api.conftest import Answer, Api

type SignIn = Callable[[User], Api]

RULING = {
    "granted": True,
    "amount": "10000.00",
    "decider": "区工信局",
    "decided_on": "2020-02-03",
}


@pytest.fixture
def resumed(east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    for one in (east_firm, west_firm):
        state_facts(one, {"resumed": True}, source="statistics", by="test", at=at)


@pytest.fixture
def clerk(signed_in: SignIn, clerk_chen: User) -> Api:
    return signed_in(clerk_chen)


@pytest.fixture
def submitted(resumed: None, signed_in: SignIn, owner_wang: User, east_firm: Subject) -> Answer:
    body = {"subject": str(east_firm.pk), "policy": "T03", "note": "请尽快"}
    return signed_in(owner_wang).send("POST", "/applications", body)


def decide(api: Api, application: str, **changes: object) -> Answer:
    key = str(changes.pop("key", "decide-1"))
    return api.send("POST", f"/applications/{application}/decision", {**RULING, **changes}, key=key)


class TestEntitled:
    def test_it_lists_whom_the_person_may_see(
        self, resumed: None, clerk: Api, east_firm: Subject, at: datetime
    ) -> None:
        (one,) = clerk.get("/policies/T03/entitled").body["items"]
        assert (one["subject"], one["amount"], one["since"]) == (
            str(east_firm.pk),
            "10000.00",
            None,
        )
        take_standings(by="test", at=at)
        (one,) = clerk.get("/policies/T03/entitled").body["items"]
        assert (one["since"], one["at_least"]) == ("2020-02-03", True)

    def test_in_pages(self, resumed: None, signed_in: SignIn, policy_sun: User) -> None:
        api = signed_in(policy_sun)
        first = api.get("/policies/T03/entitled", limit=1).body
        second = api.get("/policies/T03/entitled", limit=1, cursor=first["next"]).body
        assert first["items"] != second["items"]
        assert second["next"] is None

    def test_what_is_applied_for_leaves_it(self, submitted: Answer, clerk: Api) -> None:
        assert clerk.get("/policies/T03/entitled").body["items"] == []

    @pytest.mark.parametrize(("policy", "status"), [("T05", 200), ("ZZ99", 404)])
    def test_a_policy_that_is_over_has_nobody_and_one_that_is_not_there_is_404(
        self, resumed: None, clerk: Api, policy: str, status: int
    ) -> None:
        answer = clerk.get(f"/policies/{policy}/entitled")
        assert answer.status == status
        assert status == 404 or answer.body["items"] == []


class TestSubmitting:
    def test_it_keeps_what_the_rule_said(self, submitted: Answer) -> None:
        assert submitted.status == 201
        body = submitted.body
        assert (body["state"], body["verdict"], body["amount"]) == (
            "submitted",
            "eligible",
            "10000.00",
        )
        assert body["criteria"] == {"resumed": "true"}
        assert submitted.headers["Location"] == f"/api/v1/applications/{body['id']}"

    def test_sent_again_it_is_one(
        self, submitted: Answer, signed_in: SignIn, owner_wang: User, east_firm: Subject
    ) -> None:
        api = signed_in(owner_wang)
        body = {"subject": str(east_firm.pk), "policy": "T03", "note": "请尽快"}
        again = api.send("POST", "/applications", body)
        assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
        other = api.send("POST", "/applications", body, key="key-2")
        assert (other.status, other.body["id"]) == (200, submitted.body["id"])
        assert Application.objects.count() == 1

    def test_a_firm_outside_the_mandate_is_not_there(
        self, resumed: None, signed_in: SignIn, owner_wang: User, west_firm: Subject
    ) -> None:
        body = {"subject": str(west_firm.pk), "policy": "T03"}
        assert signed_in(owner_wang).send("POST", "/applications", body).status == 404
        assert not Application.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"policy": "ZZ99"}, 422, "invalid"),
            ({"policy": "T05"}, 409, "refused"),
            ({"extra": 1}, 422, "invalid"),
            ({"subject": "none"}, 422, "invalid"),
            ({"note": "x" * 501}, 422, "invalid"),
        ],
    )
    def test_bad_input_gets_a_clear_error(
        self,
        resumed: None,
        clerk: Api,
        east_firm: Subject,
        changes: dict[str, object],
        status: int,
        code: str,
    ) -> None:
        body = {"subject": str(east_firm.pk), "policy": "T03", **changes}
        answer = clerk.send("POST", "/applications", body)
        assert (answer.status, answer.body["code"]) == (status, code)


class TestReading:
    def test_those_of_the_street_and_no_others(
        self, submitted: Answer, clerk: Api, signed_in: SignIn, stranger_zhou: User, at: datetime
    ) -> None:
        assert [one["id"] for one in clerk.get("/applications").body["items"]] == [
            submitted.body["id"]
        ]
        grant(stranger_zhou, "clerk", scope=("zone", "990101002"), source="x", by="test", at=at)
        west = signed_in(stranger_zhou)
        assert west.get("/applications").body["items"] == []
        assert west.get(f"/applications/{submitted.body['id']}").status == 404

    @pytest.mark.parametrize(
        ("query", "found"),
        [({"state": "submitted"}, 1), ({"state": "granted"}, 0), ({"policy": "T01"}, 0)],
    )
    def test_filtered(
        self, submitted: Answer, clerk: Api, query: dict[str, str], found: int
    ) -> None:
        assert len(clerk.get("/applications", **query).body["items"]) == found


class TestDeciding:
    def test_once_however_often_it_is_sent(self, submitted: Answer, clerk: Api) -> None:
        first, again = (decide(clerk, submitted.body["id"]) for _ in range(2))
        assert (first.status, again.body) == (201, first.body)
        assert first.body["state"] == "granted"
        assert first.body["decision"]["deviates"] is False
        assert decide(clerk, submitted.body["id"], key="decide-2").status == 409
        assert Decision.objects.count() == 1

    def test_one_that_deviates_says_why_and_on_what(self, submitted: Answer, clerk: Api) -> None:
        refused = decide(clerk, submitted.body["id"], amount="5000")
        assert refused.status == 409
        assert "一事一议" in refused.body["message"]
        made = decide(
            clerk, submitted.body["id"], amount="5000", reason="会议决定", document="纪要 5 号"
        )
        assert made.status == 201
        assert made.body["decision"]["deviates"] is True
        assert (made.body["decision"]["due"], made.body["decision"]["amount"]) == (
            "10000.00",
            "5000.00",
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": 10000},
            {"amount": "1e4"},
            {"amount": "-1"},
            {"amount": "1.001"},
            {"amount": "１"},
            {"decided_on": "2月31日"},
            {"granted": "perhaps"},
        ],
    )
    def test_bad_input_gets_a_clear_error(
        self, submitted: Answer, clerk: Api, changes: dict[str, object]
    ) -> None:
        answer = decide(clerk, submitted.body["id"], **changes)
        assert answer.status == 422
        assert answer.body["errors"][0]["where"] == next(iter(changes))
        assert not Decision.objects.exists()

    def test_nobody_decides_their_own(self, resumed: None, clerk: Api, east_firm: Subject) -> None:
        mine = clerk.send("POST", "/applications", {"subject": str(east_firm.pk), "policy": "T03"})
        answer = decide(clerk, mine.body["id"])
        assert (answer.status, Decision.objects.count()) == (409, 0)
        assert "须由他人决定" in answer.body["message"]

    def test_who_may_not_decide_or_see_it_gets_404(
        self, submitted: Answer, clerk: Api, signed_in: SignIn, owner_wang: User
    ) -> None:
        assert decide(signed_in(owner_wang), submitted.body["id"]).status == 404
        assert decide(clerk, str(uuid4())).status == 404
