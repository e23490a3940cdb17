"""Letters of authorisation over the API: asked for once, decided on what was read."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from furong.apps.directory.models import Grant, User
from furong.apps.handlers.models import Authorisation
from furong.apps.registry.models import Subject
from tests.apps.cast import EAST, EAST_CODE, WEST, person
from tests.apps.handlers.conftest import PDF
from tests.apps.handlers.test_requesting import UNKNOWN
from tests.faces.api.conftest import Api

type SignIn = Callable[[User], Api]

FORM = {"code": EAST_CODE, "firm_name": "东街停车", "street": EAST, "role": "main"}


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def gu(district: object, at: datetime) -> User:
    return person("gu", "顾会计", at=at)


def ask(api: Api, key: str = "k", content: bytes = PDF, name: str = "a.pdf", **form: str) -> Any:
    sent = {**FORM, **form, "letter": SimpleUploadedFile(name, content)}
    return api.client.post("/api/v1/authorisations", sent, headers={"Idempotency-Key": key})


def act(api: Api, one: dict[str, Any], verb: str, body: Any, **headers: str) -> Any:
    headers = {"If_Match": f'"{one["revision"]}"', **headers}
    return api.send("POST", f"/authorisations/{one['id']}/{verb}", body, **headers)


def test_asked_once_whatever_the_number_of_times_it_is_sent(
    signed_in: SignIn, gu: User, east_firm: Subject
) -> None:
    api = signed_in(gu)
    first, again = ask(api), ask(api)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Authorisation.objects.count() == 1
    assert ask(api, role="handler").status_code == 409
    assert ask(api, key="k2").json()["code"] == "refused"


def test_who_asks_does_not_learn_whether_the_code_is_known(
    signed_in: SignIn, gu: User, east_firm: Subject
) -> None:
    api = signed_in(gu)
    known = ask(api, "k1").json()
    unknown = ask(api, "k2", code=UNKNOWN).json()
    differing = {key for key in known if known[key] != unknown[key]}
    assert differing == {"id", "code"}
    assert known["subject"] is None
    found = api.get("/authorisations", subject=str(east_firm.pk)).body["items"]
    assert found == []
    assert len(api.get("/authorisations").body["items"]) == 2


def test_a_letter_is_confirmed_on_what_was_read(
    signed_in: SignIn, gu: User, east_firm: Subject, clerk_chen: User
) -> None:
    ask(signed_in(gu))
    desk = signed_in(clerk_chen)
    (one,) = desk.get("/authorisations", waiting="true").body["items"]
    assert one["subject"] == str(east_firm.pk)
    read = desk.get(f"/authorisations/{one['id']}")
    assert read.headers["ETag"] == '"1"'
    assert act(desk, one, "confirm", {}, If_Match="").status == 428
    assert act(desk, one, "confirm", {}, If_Match='"9"').status == 412
    done = act(desk, one, "confirm", {"until": "2020-12-31"}, If_Match=read.headers["ETag"])
    assert (done.status, done.body["state"]) == (200, "confirmed")
    assert done.body["valid_to"] == "2020-12-31T16:00:00Z"
    assert Grant.objects.filter(user=gu, capacity="owner").count() == 1
    second = act(desk, one, "refuse", {"reason": "x"}, key="k3")
    assert (second.status, "已由陈经办于" in second.body["message"]) == (409, True)
    ended = desk.send(
        "POST",
        f"/authorisations/{one['id']}/end",
        {"reason": "离职"},
        key="k4",
        If_Match=done.headers["ETag"],
    )
    assert (ended.status, ended.body["state"]) == (200, "ended")
    assert "没有主办人" in ended.body["follows"]


def test_refused_and_withdrawn(
    signed_in: SignIn, gu: User, east_firm: Subject, clerk_chen: User
) -> None:
    mine, desk = signed_in(gu), signed_in(clerk_chen)
    one = ask(mine, "a").json()
    assert act(desk, one, "refuse", {"reason": "没有盖章"}).body["reason"] == "没有盖章"
    two = ask(mine, "b").json()
    assert act(mine, two, "withdraw", None, key="w").body["state"] == "ended"
    gone = act(desk, two, "confirm", {}, key="c")
    assert (gone.status, "申请人已撤回" in gone.body["message"]) == (409, True)


def test_to_others_it_is_not_there(
    signed_in: SignIn, gu: User, east_firm: Subject, stranger_zhou: User, at: datetime
) -> None:
    one = ask(signed_in(gu)).json()
    west = person("fang", "方经办", "clerk", (Grant.Scope.ZONE, WEST), at=at)
    for user in (stranger_zhou, west):
        api = signed_in(user)
        assert api.get("/authorisations").body["items"] == []
        assert api.get(f"/authorisations/{one['id']}").status == 404
        for verb, body in (("confirm", {}), ("refuse", {"reason": "x"}), ("end", {"reason": "x"})):
            assert act(api, one, verb, body, key=verb).status == 404


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"code": "1"}, "code"),
        ({"street": "0"}, "street"),
        ({"role": "boss"}, "role"),
        ({"content": b"text", "name": "a.txt"}, "letter"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
    ],
)
def test_what_is_wrong_is_named(
    signed_in: SignIn, gu: User, east_firm: Subject, changes: Any, where: str
) -> None:
    answer = ask(signed_in(gu), **changes)
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["errors"]] == [where]
    assert not Authorisation.objects.exists()
