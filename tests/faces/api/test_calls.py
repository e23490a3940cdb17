"""Call lists by the API: planned, opened, called and withdrawn; repeated safely."""
# ruff: noqa: F811 - fixtures of the cast of cases

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from furong.apps.cases.models import CallList, Case, Event
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
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
    run,
    supervisor_du,
)
from tests.apps.cast import EAST, EAST_CODE, WEST_CODE, person
from tests.faces.api.conftest import Answer, Api
from tests.faces.api.test_cases import SignIn, district, he, tan  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("everybody")

HEARD = {"call_result": "answered", "record_agrees": True, "needs_help": False}


def body(**more: Any) -> dict[str, Any]:
    lines = [
        {"code": EAST_CODE, "phone": "0731-10000001"},
        {"code": WEST_CODE, "phone": "0731-10000002"},
        {"code": "9143"},
    ]
    return {
        "id": str(uuid4()),
        "title": "复工核对",
        "script": "您好",
        "facts": ["staff"],
        "team": "urban",
        "percent": 0,
        "lines": lines,
        **more,
    }


def send(api: Api, path: str, body: Any, *, key: str = "") -> Answer:
    return api.send("POST", path, body, key=key or uuid4().hex)


@pytest.fixture
def planned(he: Api, east_firm: Subject, west_firm: Subject) -> dict[str, Any]:
    made: dict[str, Any] = send(he, "/call-lists", body()).body
    return made


def test_what_is_wrong_is_named_and_nothing_is_planned(
    he: Api, tan: Api, east_firm: Subject
) -> None:
    assert send(tan, "/call-lists", body()).status == 404
    for wrong, where in (
        ({"team": "nowhere"}, "team"),
        ({"facts": ["phone"]}, "facts"),
        ({"percent": 101}, "percent"),
        ({"lines": []}, "lines"),
        ({"way": "lots"}, "way"),
        ({"colour": "red"}, "colour"),
    ):
        answer = send(he, "/call-lists", body(**wrong))
        assert answer.status == 422, wrong
        assert any(where in error["where"] for error in answer.body["errors"]), answer.body
    assert not CallList.objects.exists()


def test_planned_opened_and_called(
    he: Api, tan: Api, planned: dict[str, Any], east_firm: Subject, at: datetime
) -> None:
    assert planned["stage"] == "planned"
    assert planned["lines"] == {"left_out": 1, "waiting": 2}
    assert planned["left_out"] == {"malformed": 1}
    below = f"/call-lists/{planned['id']}"
    assert tan.get(f"{below}/next").status == 404, "not opened yet"
    for key in ("one", "one", "two"):
        assert send(he, f"{below}/open", {}, key=key).body["stage"] == "opening"
    run(at)
    assert Case.objects.count() == 2
    shown = he.get(below).body
    assert (shown["stage"], shown["lines"]["opened"]) == ("open", 2)
    (first, *_rest) = he.get(f"{below}/lines", state="opened").body["items"]
    assert "0731" not in str(shown) + str(first)
    case = tan.get(f"{below}/next").body["case"]
    bad = send(tan, f"{below}/calls/{case['id']}", {"answers": {"call_result": "x"}})
    assert (bad.status, bad.body["errors"][0]["where"]) == (422, "answers.call_result")
    done = send(tan, f"{below}/calls/{case['id']}", {"answers": HEARD})
    assert (done.body["state"], done.body["closure"]) == ("closed", "confirmed")
    shown = he.get(below).body
    assert (shown["calls"], shown["reached"], shown["closed"]) == (1, 1, 1)


def test_sent_again_it_is_one_list(he: Api, east_firm: Subject, west_firm: Subject) -> None:
    sent = body()
    first, second = (send(he, "/call-lists", sent) for _n in range(2))
    assert first.body["id"] == second.body["id"] == sent["id"]
    assert send(he, "/call-lists", {**sent, "title": "另一次"}).status == 409
    assert CallList.objects.count() == 1


def test_withdrawn(he: Api, planned: dict[str, Any], at: datetime) -> None:
    below = f"/call-lists/{planned['id']}"
    send(he, f"{below}/open", {})
    run(at)
    assert send(he, f"{below}/withdraw", {"reason": " "}).status == 409
    assert send(he, f"{below}/withdraw", {"reason": "有误"}).body["stage"] == "withdrawing"
    run(at)
    assert he.get(below).body["stage"] == "withdrawn"
    assert {one.closure for one in Case.objects.all()} == {"cancelled"}


def test_what_is_left_is_handed_over(
    he: Api, planned: dict[str, Any], clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    below = f"/call-lists/{planned['id']}"
    sent = {"caller": str(clerk_tan.pk), "to": [str(clerk_tang.pk)]}
    assert send(he, f"{below}/hand-over", sent, key="once").body["id"] == planned["id"]
    assert send(he, f"{below}/hand-over", sent, key="once").status == 200, "the same once more"
    assert send(he, f"{below}/hand-over", sent).status == 409, "nothing is left"
    callers = {one["caller"] for one in he.get(f"{below}/lines").body["items"] if one["caller"]}
    assert callers == {str(clerk_tang.pk)}
    assert send(he, f"{below}/hand-over", {**sent, "to": []}).status == 422


def test_other_jurisdictions_find_nothing(
    planned: dict[str, Any], signed_in: SignIn, clerk_pan: User, liaison_li: User, at: datetime
) -> None:
    east = person("kong", "孔调度", "dispatcher", (str(Grant.Scope.ZONE), EAST), at=at)
    below = f"/call-lists/{planned['id']}"
    for user in (east, clerk_pan, liaison_li):
        api = signed_in(user)
        assert api.get(below).status == 404
        assert api.get(f"{below}/lines").status == 404
        assert api.get(f"{below}/next").status == 404
        assert send(api, f"{below}/open", {}).status == 404
        assert send(api, f"{below}/calls/{uuid4()}", {"answers": HEARD}).status == 404
    assert signed_in(east).get("/call-lists").body["items"] == []


@pytest.mark.parametrize(
    "words", [[1], {"a": "b"}, 3, True, "长" * 4000, "-" * 500], ids=lambda one: str(one)[:9]
)
def test_answers_that_no_form_takes(
    he: Api, tan: Api, clerk_tang: User, signed_in: SignIn, at: datetime,
    east_firm: Subject, west_firm: Subject, words: object,
) -> None:  # fmt: skip
    made = send(he, "/call-lists", body(percent=100)).body
    below = f"/call-lists/{made['id']}"
    send(he, f"{below}/open", {})
    run(at)
    case = tan.get(f"{below}/next").body["case"]["id"]
    hostile = {"call_result": words, "again_at": words, "found": words}
    assert send(tan, f"{below}/calls/{case}", {"answers": hostile}).status == 422
    for result in ("later", "no_reply"):
        answers = {"call_result": result, "again_at": words, "words": words}
        assert send(tan, f"{below}/calls/{case}", {"answers": answers}).status == 422, result
    assert send(tan, f"{below}/calls/{case}", {"answers": HEARD}).body["state"] == "recheck"
    tang, before = signed_in(clerk_tang), Event.objects.count()
    answers = {"call_result": "no_reply", "words": words}
    answer = send(tang, f"{below}/calls/{case}", {"answers": answers})
    if not isinstance(words, int):
        assert (answer.status, Event.objects.count()) == (422, before), answer.body


def test_a_state_that_no_database_takes(he: Api, planned: dict[str, Any]) -> None:
    assert he.get(f"/call-lists/{planned['id']}/lines", state="\x00").status == 422
