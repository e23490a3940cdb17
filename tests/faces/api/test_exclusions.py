"""Leaving cases out of a rate by the API: refusals by name, deciding, and that the party sees none of it."""
# ruff: noqa: F811 - fixtures of the cast of cases

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from furong.apps.base.models import StoredFile
from furong.apps.cases.models import Case, Exclusion
from furong.apps.directory.models import User
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    appeal,
    clerk_deng,
    clerk_pan,
    clerk_tan,
    clerk_tang,
    dispatch,
    dispatcher_he,
    everybody,
    folder,
    head_gu,
    head_xu,
    leader_zhao,
    supervisor_du,
)
from tests.faces.api.conftest import Api
from tests.faces.api.test_cases import SignIn, district  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("everybody")

ASKED = {
    "unit": "urban", "rate": "resolve", "ground": "force_majeure", "words": "停电一天",
}  # fmt: skip


@pytest.fixture
def case(
    appeal: Case, dispatcher_he: User, at: datetime, tmp_path: Path, settings: Settings
) -> Case:
    settings.MEDIA_ROOT = tmp_path / "files"
    return dispatch(appeal, by=dispatcher_he, at=at)


def upload(api: Api, text: str = "停电通知") -> str:
    file = SimpleUploadedFile("通知.csv", f"编号,内容\n1,{text}\n".encode())
    answer = api.client.post("/api/v1/files", {"file": file})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def ask(api: Api, case: Case, **more: Any) -> Any:
    key = more.pop("key", "key-1")
    return api.send("POST", f"/cases/{case.pk}/exclusions", {**ASKED, **more}, key=key)


def test_what_is_wrong_is_named(case: Case, clerk_tan: User, signed_in: SignIn) -> None:
    api = signed_in(clerk_tan)
    answer = ask(api, case, rate="luck", ground="", words=" ")
    assert answer.status == 422
    told = {one["where"]: one["message"] for one in answer.body["errors"]}
    assert set(told) == {"rate", "ground", "words", "files"}
    assert told["rate"].startswith("请选择剔除指标")
    answer = ask(api, case, unit="nobody", key="key-2")
    assert (answer.status, answer.body["errors"][0]["where"]) == (422, "unit")
    assert not Exclusion.objects.exists()


def test_the_party_and_strangers_find_nothing(
    case: Case, clerk_tan: User, owner_wang: User, clerk_pan: User, signed_in: SignIn
) -> None:
    api = signed_in(clerk_tan)
    made = ask(api, case, files=[upload(api)]).body
    file = made["files"][0]["id"]
    for user in (owner_wang, clerk_pan):
        other = signed_in(user)
        assert other.get("/exclusions").body["items"] == []
        assert other.get(f"/exclusions/{made['id']}").status == 404
        assert other.client.get(f"/api/v1/exclusions/{made['id']}/files/{file}").status_code == 404
        assert other.client.get(f"/api/v1/cases/{case.pk}/files/{file}").status_code == 404
        body = {"granted": True, "reason": "同意"}
        assert other.send("POST", f"/exclusions/{made['id']}/decide", body).status == 404
        assert ask(other, case).status == 404
    told = signed_in(owner_wang).get(f"/cases/{case.pk}").body
    assert "剔除" not in str(told)
    assert "剔除" in str(api.get(f"/cases/{case.pk}").body)
    assert api.client.get(f"/api/v1/exclusions/{made['id']}/files/{file}").status_code == 200
    StoredFile.objects.get(pk=file).path.unlink()
    assert api.client.get(f"/api/v1/exclusions/{made['id']}/files/{file}").status_code == 404


def test_asked_decided_and_counted(
    case: Case, clerk_tan: User, supervisor_du: User, dispatcher_he: User, signed_in: SignIn
) -> None:
    unit, office = signed_in(clerk_tan), signed_in(supervisor_du)
    file = upload(unit)
    answer = ask(unit, case, files=[file])
    assert answer.status == 201
    made = answer.body
    assert (made["state"], made["decides"], made["overdue"]) == ("pending", "supervision", False)
    assert ask(unit, case, files=[file]).body == made  # the same once more
    answer = ask(unit, case, files=[file], key="key-2")
    assert (answer.status, answer.body["code"]) == (409, "refused")
    assert unit.get("/exclusions", state="granted").body["items"] == []
    path = f"/exclusions/{made['id']}"
    assert (
        unit.send("POST", f"{path}/decide", {"granted": True, "reason": "好"}, key="k").status
        == 404
    )
    granted = office.send("POST", f"{path}/decide", {"granted": True, "reason": "属实"})
    assert (granted.status, granted.body["state"]) == (200, "granted")
    assert granted.body["steps"][0]["reason"] == "属实"
    shown = signed_in(dispatcher_he).get("/cases/figures", by="unit").body["items"][0]
    rate = shown["on_time"]["resolve"]
    assert (rate["missing"], rate["taken_out"], rate["after"]["missing"]) == (1, 1, 0)
    revoked = office.send("POST", f"{path}/revoke", {"reason": "有误"}, key="key-3")
    assert revoked.body["state"] == "revoked"
    answer = office.send("POST", f"{path}/revoke", {"reason": "有误"}, key="key-4")
    assert answer.status == 409
