"""Writing: once, on what the client last read, and all or nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from furong.apps.base.models import Entry
from furong.apps.directory.actions import grant
from furong.apps.directory.models import User
from furong.apps.registry.actions import merge, state_facts
from furong.apps.registry.models import FactEntry, Subject
from furong.packs import Pack
from tests.apps.base.together import together
from tests.apps.cast import EAST, EAST_CODE
from tests.faces.api.conftest import Answer, Api

type SignIn = Callable[[User], Api]

SHOP = {
    "kind": "enterprise",
    "name": "新开小店",
    "street": EAST,
    "zones": ["park"],
    "address": "测试路 2 号",
    "opened_on": "2020-01-15",
    "identifiers": {"license": "TX-2"},
}


@pytest.fixture
def api(signed_in: SignIn, clerk_chen: User) -> Api:
    return signed_in(clerk_chen)


def put(api: Api, subject: Subject, body: object, **headers: str) -> Answer:
    return api.send("PUT", f"/subjects/{subject.pk}/facts", body, **{"If_Match": "*", **headers})


def codes(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


class TestRegistering:
    def test_a_subject_is_entered_and_answered_as_it_will_be_read(self, api: Api) -> None:
        made = api.send("POST", "/subjects", SHOP)
        assert made.status == 201
        assert made.body["number"] == "10000001"
        assert made.headers["Location"] == f"/api/v1/subjects/{made.body['id']}"
        assert api.get(f"/subjects/{made.body['id']}").body == made.body
        assert made.body["zones"] == [{"code": "park", "name": "软件园"}]

    def test_sent_again_it_is_entered_once_and_answered_alike(self, api: Api) -> None:
        first, again = (api.send("POST", "/subjects", SHOP) for _ in range(2))
        assert again.body == first.body
        assert again.status == 201
        assert again.headers["Location"] == first.headers["Location"]
        assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (
            None,
            "true",
        )
        assert Subject.objects.count() == 1
        assert Entry.objects.filter(verb="subject.register").count() == 1

    def test_a_key_belongs_to_one_request(self, api: Api, east_firm: Subject) -> None:
        assert api.send("POST", "/subjects", SHOP).status == 201
        other = api.send("POST", "/subjects", {**SHOP, "name": "另一小店"})
        assert codes(other) == (409, "idempotency_conflict")
        elsewhere = put(api, east_firm, {"values": {"staff": 1}})
        assert codes(elsewhere) == (409, "idempotency_conflict")

    def test_keys_of_two_people_do_not_meet(
        self, api: Api, signed_in: SignIn, stranger_zhou: User, at: datetime
    ) -> None:
        grant(stranger_zhou, "clerk", source="任命文件", by="test", at=at)
        unnumbered = {**SHOP, "identifiers": {}}
        assert api.send("POST", "/subjects", unnumbered).status == 201
        assert signed_in(stranger_zhou).send("POST", "/subjects", unnumbered).status == 201
        assert Subject.objects.count() == 2

    def test_a_refused_request_may_be_mended_under_the_same_key(self, api: Api) -> None:
        assert api.send("POST", "/subjects", {**SHOP, "kind": "shop"}).status == 409
        assert api.send("POST", "/subjects", SHOP).status == 201

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("", (400, "idempotency_key_missing")),
            ("a" * 201, (400, "bad_idempotency_key")),
            ("a\tb", (400, "bad_idempotency_key")),
        ],
    )
    def test_an_unusable_key(self, api: Api, key: str, expected: tuple[int, str]) -> None:
        assert codes(api.send("POST", "/subjects", SHOP, key=key)) == expected

    def test_a_number_that_is_taken_is_refused(self, api: Api, east_firm: Subject) -> None:
        answer = api.send("POST", "/subjects", {**SHOP, "identifiers": {"uscc": EAST_CODE}})
        assert codes(answer) == (409, "refused")
        assert "已属于" in answer.body["message"]

    def test_unknown_zones_are_named_each(self, api: Api) -> None:
        answer = api.send("POST", "/subjects", {**SHOP, "street": "1", "zones": ["park", "2"]})
        assert [one["where"] for one in answer.body["errors"]] == ["street", "zones.1"]


class TestStating:
    def test_what_is_stated_is_known(self, api: Api, east_firm: Subject) -> None:
        values = {
            "staff": 8,
            "revenue": 1234.5,
            "layoff_rate": "0.055",
            "resumed": True,
            "resumed_on": "2020-02-02",
            "size_class": "micro",
            "listed": ["key_goods"],
            "industry": "I6510",
        }
        answer = put(api, east_firm, {"values": values, "cited": "电话核实"})
        assert (answer.status, answer.body["written"]) == (200, 8)
        known = api.get(f"/subjects/{east_firm.pk}/facts")
        assert known.headers["ETag"] == answer.headers["ETag"]
        shown = {key: one["value"] for key, one in known.body["facts"].items()}
        assert shown == {**values, "revenue": "1234.5"}
        assert {one["source"] for one in known.body["facts"].values()} == {"department"}
        assert FactEntry.objects.filter(cited="电话核实").count() == 8

    def test_what_was_read_can_be_sent_back_and_changes_nothing(
        self, api: Api, east_firm: Subject
    ) -> None:
        put(api, east_firm, {"values": {"revenue": 10, "resumed_on": "2020-02-02"}})
        facts = api.get(f"/subjects/{east_firm.pk}/facts").body["facts"]
        values = {key: one["value"] for key, one in facts.items()}
        assert put(api, east_firm, {"values": values}, key="2").body["same"] == 2

    def test_null_takes_back(self, api: Api, east_firm: Subject) -> None:
        put(api, east_firm, {"values": {"staff": 8}})
        assert put(api, east_firm, {"values": {"staff": None}}, key="2").status == 200
        assert api.get(f"/subjects/{east_firm.pk}/facts").body["facts"] == {}

    def test_about_a_period(self, api: Api, east_firm: Subject) -> None:
        about = {"start": "2019-12-01", "end": "2019-12-31"}
        put(api, east_firm, {"values": {"insured_headcount": 12}, "about": about})
        facts = api.get(f"/subjects/{east_firm.pk}/facts").body["facts"]
        assert facts["insured_2019"]["value"] == 12
        assert facts["insured_2019"]["about"] == about

    def test_it_must_say_what_it_was_written_on(self, api: Api, east_firm: Subject) -> None:
        answer = put(api, east_firm, {"values": {"staff": 8}}, If_Match="")
        assert codes(answer) == (428, "if_match_missing")
        assert not FactEntry.objects.exists()

    def test_on_what_someone_else_has_changed_it_is_refused(
        self, api: Api, east_firm: Subject, at: datetime
    ) -> None:
        etag = api.get(f"/subjects/{east_firm.pk}/facts").headers["ETag"]
        state_facts(east_firm, {"staff": 9}, source="statistics", by="test", at=at)
        stale = put(api, east_firm, {"values": {"staff": 8}}, If_Match=etag)
        assert codes(stale) == (412, "stale")
        assert "10000001" in stale.body["message"]
        fresh = api.get(f"/subjects/{east_firm.pk}/facts").headers["ETag"]
        written = put(api, east_firm, {"values": {"staff": 8}}, If_Match=fresh)
        assert written.status == 200
        assert written.headers["ETag"] not in (etag, fresh)

    @pytest.mark.parametrize("etag", ['"x"', "1", 'W/"1"', "，", '"1', "\\"])
    def test_an_etag_that_was_not_given_out_does_not_match(
        self, api: Api, east_firm: Subject, etag: str
    ) -> None:
        answer = put(api, east_firm, {"values": {"staff": 8}}, If_Match=etag)
        assert codes(answer) == (412, "stale")

    def test_sent_again_it_is_answered_alike_though_its_etag_is_old_by_now(
        self, api: Api, east_firm: Subject
    ) -> None:
        etag = api.get(f"/subjects/{east_firm.pk}/facts").headers["ETag"]
        first, again = (
            put(api, east_firm, {"values": {"staff": 8}}, If_Match=etag) for _ in range(2)
        )
        assert (again.status, again.body) == (200, first.body)
        assert again.headers["ETag"] == first.headers["ETag"]
        assert FactEntry.objects.count() == 1

    def test_one_bad_value_and_nothing_is_written(self, api: Api, east_firm: Subject) -> None:
        values = {"staff": 8, "resumed_on": "2020-02-31", "size_class": "tiny"}
        answer = put(api, east_firm, {"values": values})
        assert codes(answer) == (422, "invalid")
        assert {one["where"]: one["message"] for one in answer.body["errors"]} == {
            "values.resumed_on": "复工日期（resumed_on） 的值 2020-02-31 不是日期：2020年2月只有 29 天",
            "values.size_class": "企业规模（size_class） 没有值 'tiny'",
        }
        assert not FactEntry.objects.exists()

    def test_a_fact_that_nobody_declared_comes_with_the_nearest(
        self, api: Api, east_firm: Subject
    ) -> None:
        answer = put(api, east_firm, {"values": {"stuff": 8}})
        assert answer.status == 409
        assert "是否想写 staff" in answer.body["message"]

    def test_a_merged_subject_takes_no_more(
        self, api: Api, east_firm: Subject, district: Pack, at: datetime
    ) -> None:
        other = api.send("POST", "/subjects", SHOP).body["id"]
        merge(Subject.objects.get(pk=other), into=east_firm, reason="重复登记", by="test", at=at)
        answer = put(api, Subject.objects.get(pk=other), {"values": {"staff": 8}}, key="2")
        assert codes(answer) == (409, "refused")
        assert "已并入" in answer.body["message"]


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_on_the_same_reading_one_is_written(
    api: Api, east_firm: Subject
) -> None:
    path = f"/subjects/{east_firm.pk}/facts"
    etag = api.get(path).headers["ETag"]

    def write(number: int) -> int:
        body = {"values": {"staff": number + 1}}
        return api.send("PUT", path, body, key=f"key-{number}", If_Match=etag).status

    assert Counter(together(4, write)) == {200: 1, 412: 3}
    assert FactEntry.objects.count() == 1
