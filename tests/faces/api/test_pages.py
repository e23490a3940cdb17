"""Lists come in pages that additions do not shift."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from furong.apps.directory.models import User, Zone
from furong.apps.registry.actions import NewSubject, merge, register_subjects, state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST, WEST
from tests.faces.api.conftest import Api

type SignIn = Callable[[User], Api]


def shops(names: str, street: str, at: datetime) -> list[Subject]:
    zone = Zone.objects.get(code=street)
    news = [NewSubject(kind="enterprise", name=f"{name}号小店", street=zone) for name in names]
    return register_subjects(news, by="test", at=at)


@pytest.fixture
def api(signed_in: SignIn, leader_zhao: User) -> Api:
    return signed_in(leader_zhao)


def walk(api: Api, path: str, **query: object) -> Iterator[list[str]]:
    cursor: str | None = ""
    while cursor is not None:
        answer = api.get(path, cursor=cursor, **query)
        assert answer.status == 200, answer.body
        yield [one.get("name") or one["id"] for one in answer.body["items"]]
        cursor = answer.body["next"]


def test_every_row_comes_once_also_while_rows_are_added(api: Api, at: datetime) -> None:
    shops("甲乙丙丁戊", EAST, at)
    seen = []
    for page in walk(api, "/subjects", limit=2):
        seen += page
        if len(seen) == 2:
            shops("己庚", WEST, at)
    assert [name[0] for name in seen] == [*"甲乙丙丁戊己庚"]


def test_the_last_page_says_so(api: Api, at: datetime) -> None:
    shops("甲乙", EAST, at)
    assert api.get("/subjects", limit=2).body["next"] is None
    assert api.get("/subjects", limit=1).body["next"]


def test_filters(api: Api, at: datetime) -> None:
    first, second, third = shops("甲乙丙", EAST, at)
    shops("丁", WEST, at)
    later = at + timedelta(days=1)
    state_facts(first, {"industry": "I6510"}, source="register", by="test", at=at)
    state_facts(second, {"industry": "H62"}, source="register", by="test", at=later)

    def names(**query: str) -> str:
        return "".join(name[0] for page in walk(api, "/subjects", **query) for name in page)

    assert names(kind="enterprise") == "甲乙丙丁"
    assert names(kind="building") == ""
    assert names(street=WEST) == "丁"
    assert names(street="990101") == "甲乙丙丁"
    assert names(industry="I") == "甲"
    assert names(q="丙号小店") == "丙"
    assert names(q="xiaodian") == "甲乙丙丁"
    assert names(updated_since=later.isoformat()) == "乙"
    assert names(updated_since="2020-02-03T08:00:00+08:00") == "甲乙丙丁"
    merge(third, into=first, reason="重复登记", by="test", at=at)
    assert names(kind="enterprise") == "甲乙丁"
    assert api.get(f"/subjects/{third.pk}").body["merged_into"] == str(first.pk)


def test_policies_in_pages(api: Api, district: Pack) -> None:
    pages = [*walk(api, "/policies", limit=3)]
    assert pages == [["N01", "T01", "T02"], ["T03", "T04", "T05"], ["X01"]]
    assert [*walk(api, "/policies", reference=True)] == [["X01"]]
    first = api.get("/policies", limit=1).body["items"][0]
    assert (first["in_force"], first["reference"]) == (True, False)
    assert first["document"]["level"] == "national"


def test_the_subjects_of_a_policy_with_amount_or_what_they_lack(api: Api, at: datetime) -> None:
    subjects = shops("甲乙丙", EAST, at)
    for subject, staff in zip(subjects, (8, 80, 20), strict=True):
        values = {"staff": staff, "size_class": "micro"}
        state_facts(subject, values, source="statistics", by="test", at=at)
    assert [*walk(api, "/policies/T01/subjects", limit=1)] == [["甲号小店"], ["丙号小店"]]
    first = api.get("/policies/T01/subjects").body["items"][0]
    assert (first["amount"], first["missing"]) == ("4000.00", [])
    assert first["street"] == {"code": EAST, "name": "东街街道"}
    waiting = api.get("/policies/T03/subjects", verdict="unknown").body["items"][0]
    assert (waiting["amount"], waiting["missing"]) == (
        None,
        [{"key": "resumed", "label": "已复工"}],
    )


@pytest.mark.parametrize("cursor", ["x", "IjEi:AAAA", "a" * 400, "芙蓉", "\x00"])
def test_a_cursor_that_was_not_given_out_is_refused(api: Api, cursor: str) -> None:
    answer = api.get("/subjects", cursor=cursor)
    assert (answer.status, answer.body["code"]) == (400, "bad_cursor")


def test_a_cursor_belongs_to_its_list_its_filters_and_its_reader(
    api: Api, signed_in: SignIn, policy_sun: User, at: datetime
) -> None:
    shops("甲乙", EAST, at)
    cursor = api.get("/subjects", limit=1).body["next"]
    assert api.get("/subjects", cursor=cursor, limit=5).status == 200
    assert api.get("/subjects", cursor=cursor, kind="enterprise").status == 400
    assert api.get("/policies", cursor=cursor).status == 400
    assert signed_in(policy_sun).get("/subjects", cursor=cursor).status == 400


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"limit": "0"}, "query.limit"),
        ({"limit": "201"}, "query.limit"),
        ({"limit": "9" * 5000}, "query.limit"),
        ({"limit": "ten"}, "query.limit"),
        ({"q": "a\x00b"}, "query.q"),
        ({"q": "长" * 201}, "query.q"),
        ({"street": "\x1f"}, "query.street"),
        ({"updated_since": "2020-02-31T00:00:00Z"}, "query.updated_since"),
        ({"updated_since": "2020-02-03"}, "query.updated_since"),
        ({"updated_since": "0001-01-01T00:00:00+14:00"}, "query.updated_since"),
        ({"updated_since": "9999-12-31T23:59:59-12:00"}, "query.updated_since"),
    ],
)
def test_a_query_that_cannot_be_is_refused_by_name(
    api: Api, query: dict[str, str], where: str
) -> None:
    answer = api.get("/subjects", **query)
    assert answer.status == 422
    assert [one["where"] for one in answer.body["errors"]] == [where]


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ({"kind": "enterprises"}, "是否想写 enterprise？"),
        ({"street": "park-towers"}, "是否想写 park-tower？"),
        ({"street": "0"}, ""),
    ],
)
def test_a_filter_by_what_is_not_there_finds_no_empty_list_but_the_nearest(
    api: Api, district: Pack, query: dict[str, str], remedy: str
) -> None:
    answer = api.get("/subjects", **query)
    assert answer.status == 422
    name, value = next(iter(query.items()))
    assert answer.body["errors"] == [
        {"where": f"query.{name}", "message": f"没有“{value}”", "remedy": remedy}
    ]
