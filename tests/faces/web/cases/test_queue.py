"""The queue of cases: whose, which, in what order, what every row says, and what it costs."""

import random
import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import act, ask, open_case
from furong.apps.cases.models import Case, Clock, Supervision
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.faces.web.case_listing import SIZE
from tests.apps.cases.conftest import dispatch, run
from tests.apps.cast import EAST
from tests.faces.web.cases.conftest import SignIn
from tests.seed import SEED

pytestmark = pytest.mark.usefixtures("everybody")


def collect(subject: Subject, title: str, *, by: User, at: datetime) -> Case:
    return open_case("appeal", "collect", subject=subject, answers={"title": title}, by=by, at=at)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(answer: Any) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    return [*sheet.iter_rows(values_only=True)]


class TestWhoSees:
    def test_a_stranger_has_no_such_page(self, as_user: SignIn, stranger_zhou: User) -> None:
        client = as_user(stranger_zhou)
        for address in ("/cases/", "/cases/export/", "/cases/figures/", "/cases/new/"):
            assert client.get(address).status_code == 404, address

    def test_a_unit_that_has_nothing_to_do_with_it_sees_an_empty_list(
        self, as_user: SignIn, appeal: Case, clerk_pan: User
    ) -> None:
        shown = text(as_user(clerk_pan), "/cases/?box=live")
        assert "没有在办的事项" in shown
        assert appeal.title not in shown
        assert as_user(clerk_pan).get(f"/cases/{appeal.pk}/").status_code == 404
        assert as_user(clerk_pan).get(f"/cases/{appeal.pk}/pane/").status_code == 404

    def test_the_inbox_follows_the_case(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        desk, unit = as_user(dispatcher_he), as_user(clerk_tan)
        assert appeal.title in text(desk, "/cases/")
        assert "没有待您办理的事项" in text(unit, "/cases/")
        dispatch(appeal, by=dispatcher_he, at=at)
        assert "没有待您办理的事项" in text(desk, "/cases/")
        assert appeal.title in text(unit, "/cases/")
        assert appeal.title in text(desk, "/cases/?box=live")

    def test_an_owner_is_not_told_of_returns(
        self,
        as_user: SignIn,
        appeal: Case,
        dispatcher_he: User,
        clerk_tan: User,
        owner_wang: User,
        at: datetime,
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        ask(case, "return", {"return_ground": "duty", "clause": "三定"}, by=clerk_tan, at=at)
        assert "退单待答复" in text(as_user(dispatcher_he), "/cases/?box=live")
        shown = text(as_user(owner_wang), "/cases/?box=live")
        assert appeal.title in shown
        assert "退单待答复" not in shown


class TestRows:
    def test_a_row_says_who_holds_it_until_when_and_what_sets_it_apart(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at, helpers=["police"])
        Case.objects.update(cycle=2, sensitive=True)
        Supervision.objects.create(case=case, number="DB1", cycle=1, issued_at=at)
        shown = text(as_user(dispatcher_he), "/cases/?box=live")
        for word in (
            case.number,
            "已交办",
            "城管执法局",
            "协办单位 公安分局",
            "第 2 轮",
            "督办",
            "敏感",
        ):
            assert word in shown, word
        assert "今日 08:30" in shown
        assert "剩 30 分" in shown

    def test_overdue_is_said_and_not_only_coloured(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        later = at + timedelta(hours=2, minutes=30)
        set_clock(mode="frozen", anchor=later, by="test", at=at)
        shown = text(as_user(dispatcher_he), "/cases/")
        assert "超 2 小时" in shown
        assert 'class="late"' in shown

    def test_the_page_costs_the_same_with_one_case_and_with_thirty(
        self,
        as_user: SignIn,
        appeal: Case,
        dispatcher_he: User,
        liaison_li: User,
        east_firm: Subject,
        at: datetime,
    ) -> None:
        client = as_user(dispatcher_he)
        client.get("/cases/")
        with CaptureQueriesContext(connection) as one:
            client.get("/cases/?box=live")
        for n in range(29):
            dispatch(
                collect(east_firm, f"第 {n} 件", by=liaison_li, at=at), by=dispatcher_he, at=at
            )
        with CaptureQueriesContext(connection) as thirty:
            assert "共 30 条" in text(client, "/cases/?box=live")
        assert len(thirty) == len(one)
        assert len(thirty) <= 33, [query["sql"][:120] for query in thirty]


class TestAsking:
    @pytest.fixture
    def two(
        self,
        appeal: Case,
        west_firm: Subject,
        dispatcher_he: User,
        at: datetime,
    ) -> tuple[Case, Case]:
        told = {"title": "缺口罩", "external_number": "12345-77"}
        west = open_case(
            "appeal",
            "relay",
            subject=west_firm,
            answers=told,
            kind="urgent",
            external=("12345", "12345-77"),
            by=dispatcher_he,
            at=at + timedelta(minutes=5),
        )
        return dispatch(appeal, by=dispatcher_he, at=at), west

    @pytest.mark.parametrize(
        ("query", "east", "west"),
        [
            ("q=停车", True, False),
            ("q=12345-77", False, True),
            ("q=xijie", False, True),
            ("kind=urgent", False, True),
            ("state=dispatched", True, False),
            ("procedure=appeal", True, True),
            ("procedure=instruction", False, False),
            ("unit=urban", True, False),
            ("category=traffic", True, False),
            ("street=990101002", False, True),
            ("due=today", True, True),
            ("due=overdue", False, False),
            ("due=never&order=backwards&box=none", True, True),
        ],
    )
    def test_filters_and_search(
        self,
        as_user: SignIn,
        two: tuple[Case, Case],
        dispatcher_he: User,
        query: str,
        east: bool,
        west: bool,
    ) -> None:
        box = "" if "box" in query else "box=live&"
        shown = text(
            as_user(dispatcher_he), f"/cases/?{box}{query}".replace("box=none", "box=live")
        )
        assert (two[0].title in shown, two[1].title in shown) == (east, west)

    def test_counts_by_state_and_the_empty_state(
        self, as_user: SignIn, two: tuple[Case, Case], dispatcher_he: User
    ) -> None:
        shown = text(as_user(dispatcher_he), "/cases/?box=live")
        assert '待交办<span class="chip-count">1</span>' in shown
        assert '已交办<span class="chip-count">1</span>' in shown
        empty = text(as_user(dispatcher_he), "/cases/?box=live&q=没有这个词")
        assert "没有符合条件的事项" in empty

    def test_a_hostile_cursor_begins_the_list_anew(
        self, as_user: SignIn, two: tuple[Case, Case], dispatcher_he: User
    ) -> None:
        client = as_user(dispatcher_he)
        for cursor in ("x", "WyJhIiwiYiJd", "W251bGwsbnVsbF0", "%00", "W251bGwsIngiXQ"):
            shown = text(client, f"/cases/?box=live&after={cursor}&before={cursor}")
            assert two[0].title in shown


@pytest.mark.parametrize(
    "address",
    [
        "/cases/?box=live&q={0}%00&street={1}%00",
        "/cases/exclusions/?state=all%00&unit=%00&rate=%00&ground=%00&q=%00",
        "/cases/templates/?unit=%00&act=%00&category=%00&q=%00",
        "/cases/figures/rows/?rate=solved%00&by=unit&name=%00&since=%00&at=%00",
        "/calls/new/?subject=%00&team=%00&q=%00&street=%00",
    ],
)
def test_an_address_is_read_without_what_no_database_takes(
    as_user: SignIn, appeal: Case, dispatcher_he: User, address: str
) -> None:
    shown = text(as_user(dispatcher_he), address.format(appeal.number, EAST))
    assert "box=live" not in address or appeal.title in shown


def test_pages_go_on_past_cases_without_a_limit(
    as_user: SignIn,
    appeal: Case,
    liaison_li: User,
    dispatcher_he: User,
    east_firm: Subject,
    at: datetime,
) -> None:
    for n in range(69):
        collect(east_firm, f"第 {n:02} 件", by=liaison_li, at=at + timedelta(seconds=n))
    ids = [*Case.objects.order_by("pk").values_list("pk", flat=True)]
    Case.objects.filter(pk__in=ids[:45]).update(due_at=None)
    client, seen, address = as_user(dispatcher_he), list[UUID](), "/cases/?box=live"
    for _page in range(3):
        answer = client.get(address)
        page = answer.context["page"]
        seen += [UUID(row.id) for row in page.rows]
        address = f"/cases/?box=live&after={page.pages.later}"
    assert len(seen) == len(set(seen)) == 70
    assert seen[25:] == sorted(seen[25:])
    back = client.get(f"/cases/?box=live&before={page.pages.earlier}").context["page"]
    assert [UUID(row.id) for row in back.rows] == seen[30:60]


class TestExport:
    def test_a_formula_stays_text_and_names_stay_out(
        self,
        as_user: SignIn,
        east_firm: Subject,
        liaison_li: User,
        dispatcher_he: User,
        at: datetime,
    ) -> None:
        told = {"title": "=HYPERLINK(1)", "contact_person": "王经理 13900000000"}
        open_case("appeal", "collect", subject=east_firm, answers=told, by=liaison_li, at=at)
        rows = cells(as_user(dispatcher_he).get("/cases/export/?box=live"))
        assert rows[1][:5] == ("编号", "流程", "事由", "服务对象", "街道")
        assert rows[2][2] == "'=HYPERLINK(1)"
        assert "13900000000" not in str(rows)

    def test_it_is_filtered_as_the_page_is(
        self, as_user: SignIn, appeal: Case, clerk_pan: User, dispatcher_he: User
    ) -> None:
        assert len(cells(as_user(dispatcher_he).get("/cases/export/?box=live"))) == 3
        assert len(cells(as_user(dispatcher_he).get("/cases/export/?box=closed"))) == 2
        assert len(cells(as_user(clerk_pan).get("/cases/export/?box=live"))) == 2


class TestPane:
    def test_it_offers_what_can_be_done_with_its_keys(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        shown = text(as_user(dispatcher_he), f"/cases/{appeal.pk}/pane/?next=/cases/")
        assert 'data-hot="a"' in shown
        assert 'data-hot="m"' in shown
        assert "周边没有停车位" in shown

    def test_a_pending_return_is_answered_by_r(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        ask(case, "return", {"return_ground": "duty", "clause": "三定"}, by=clerk_tan, at=at)
        shown = text(as_user(dispatcher_he), f"/cases/{appeal.pk}/pane/")
        assert 'data-hot="r"' in shown
        assert "不在本单位职责清单内" in shown

    def test_look_alikes_are_named_with_what_they_share_and_no_percentage(
        self,
        as_user: SignIn,
        appeal: Case,
        east_firm: Subject,
        dispatcher_he: User,
        liaison_li: User,
        at: datetime,
    ) -> None:
        other = collect(east_firm, "门口停车位不够停车难", by=liaison_li, at=at)
        collect(east_firm, "贷款到期", by=liaison_li, at=at)
        shown = text(as_user(dispatcher_he), f"/cases/{appeal.pk}/pane/")
        assert other.number in shown
        assert "同一服务对象 · 共有：" in shown
        assert f"?a-main={other.number}" in shown
        assert "贷款到期" not in shown
        assert "%" not in shown.split("相似在办")[1]


def test_home_shows_the_first_of_the_inbox_and_the_navigation_counts(
    as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_pan: User
) -> None:
    shown = text(as_user(dispatcher_he), "/")
    assert f'href="/cases/{appeal.pk}/"' in shown
    assert '<span class="nav-count">1<' in shown
    other = text(as_user(clerk_pan), "/")
    assert appeal.title not in other
    assert "nav-count" not in other


def test_a_row_of_an_inbox_is_due_when_the_reader_s_own_part_is(
    as_user: SignIn,
    appeal: Case,
    liaison_li: User,
    leader_zhao: User,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_pan: User,
    at: datetime,
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at, helpers=["police"])
    ask(case, "whistle", {"matter": "请协调车库"}, by=liaison_li, at=at)
    morning = (at + timedelta(days=1)).replace(hour=0)  # 08:00, the list is out since 07:30
    run(morning - timedelta(minutes=30))
    set_clock(mode="frozen", anchor=morning, by="test", at=morning)

    def due(user: User, address: str) -> str:
        page = text(as_user(user), address)
        row = page.split(f'href="/cases/{case.pk}/"')[1].split("</li>")[0].split("</tr>")[0]
        return " ".join(re.sub("<[^>]*>", " ", row).split())

    assert "今日 24:00 剩 16 小时" in due(leader_zhao, "/")
    assert "今日 24:00 剩 16 小时" in due(leader_zhao, "/cases/")
    assert "最近一件 今日 24:00，剩 16 小时" in text(as_user(leader_zhao), "/cases/")
    assert "2月3日 20:00 超 12 小时" in due(clerk_pan, "/"), "the limit of a unit that helps"
    assert "2月3日 10:00 超 22 小时" in due(clerk_tan, "/"), "the limit of the case"
    assert due(leader_zhao, "/cases/?box=live") != due(leader_zhao, "/cases/")


def test_an_inbox_goes_by_the_reader_s_own_limits_over_all_its_pages(
    as_user: SignIn,
    east_firm: Subject,
    liaison_li: User,
    dispatcher_he: User,
    clerk_tan: User,
    at: datetime,
) -> None:
    """Returns wait for an answer by a limit of their own, new cases by that of the case."""
    chance = random.Random(SEED)
    own: dict[str, datetime | None] = {}
    for n in range(SIZE + 10):
        made = collect(east_firm, f"第 {n} 件", by=liaison_li, at=at)
        if n % 2:
            case = dispatch(made, by=dispatcher_he, at=at)
            ask(case, "return", {"return_ground": "duty", "clause": "三定"}, by=clerk_tan, at=at)
            due: datetime | None = at + timedelta(minutes=chance.randint(-60, 600))
            assert Clock.objects.filter(case=case, request__isnull=False).update(due_at=due) == 1
            Case.objects.filter(pk=case.pk).update(due_at=at - timedelta(days=n))
        else:
            due = at + timedelta(minutes=chance.randint(-60, 600)) if n % 10 else None
            Case.objects.filter(pk=made.pk).update(due_at=due)
        own[str(made.pk)] = due
    wanted = sorted(own, key=lambda pk: (own[pk] is None, own[pk] or at, pk))
    client, seen, address, page = as_user(dispatcher_he), list[str](), "/cases/?box=mine", None
    while page is None or page.pages.later:
        page = client.get(address).context["page"]
        seen += [row.id for row in page.rows]
        address = f"/cases/?box=mine&after={page.pages.later}"
    assert page.total == len(own)
    assert seen == wanted, f"FURONG_SEED={SEED}"
    back = client.get(f"/cases/?box=mine&before={page.pages.earlier}").context["page"]
    assert [row.id for row in back.rows] == wanted[:SIZE]
    late = client.get("/cases/?box=mine&due=overdue").context["page"]
    overdue = [pk for pk in wanted if (limit := own[pk]) is not None and limit <= at]
    assert [row.id for row in late.rows] == overdue[:SIZE]
    assert late.total == len(overdue)
    titles = dict(Case.objects.values_list("title", "pk"))
    rows = cells(client.get("/cases/export/?box=mine"))[2:]
    assert [str(titles[row[2]]) for row in rows] == wanted


def test_a_closed_case_says_how_and_when(
    as_user: SignIn, appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    told = {"reason": "重复", "where_to": "原件"}
    act(appeal, "refuse", told, closure="not_accepted", by=dispatcher_he, at=at)
    shown = text(as_user(dispatcher_he), "/cases/?box=closed")
    assert "不予受理 · 今日 08:00" in shown
