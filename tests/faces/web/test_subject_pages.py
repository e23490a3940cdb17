"""The list of subjects, a subject's page, the history of a fact, the answer to a question."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from furong.apps.directory.models import User
from furong.apps.registry.actions import merge, state_facts
from furong.apps.registry.models import FactEntry, Subject
from furong.packs import Pack
from tests.apps.cast import EAST, WEST, firm, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, policy_sun: User) -> Client:
    client.force_login(policy_sun)
    return client


@pytest.fixture
def firms(district: Pack, at: datetime) -> list[Subject]:
    """Seventy firms, half of them in each street."""
    codes = [f"9199010{place:010d}" for place in range(70)]
    return [
        firm(f"第{place:02d}号商行", EAST if place % 2 else WEST, _checked(code), at=at)
        for place, code in enumerate(codes)
    ]


def _checked(code: str) -> str:
    from stdnum.cn import uscc

    return code + str(uscc.calc_check_digit(code))


def names(page: str) -> list[str]:
    import re

    return re.findall(r'class="cell-main"[^>]*>([^<]+)</a>', page)


def follow(page: str, rel: str) -> str:
    import html
    import re

    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    assert found
    return "/subjects/" + html.unescape(found[1])


def test_pages_follow_each_other_without_gap_or_repeat(desk: Client, firms: list[Subject]) -> None:
    first = desk.get("/subjects/").text
    second = desk.get(follow(first, "next")).text
    third = desk.get(follow(second, "next")).text
    seen = names(first) + names(second) + names(third)
    assert sorted(seen) == sorted(firm.name for firm in firms)
    assert names(desk.get(follow(third, "prev")).text) == names(second)
    assert 'rel="next"' not in third
    assert 'rel="prev"' not in first


def test_a_page_stays_where_it_was_when_a_firm_is_added(
    desk: Client, firms: list[Subject], at: datetime
) -> None:
    first = desk.get("/subjects/?sort=name").text
    before = names(desk.get(follow(first, "next")).text)
    firm("第00号商行（新）", EAST, _checked("91990109999999999"), at=at)
    assert names(desk.get(follow(first, "next")).text) == before


def test_a_spoilt_cursor_begins_at_the_start(desk: Client, firms: list[Subject]) -> None:
    for cursor in ("???", "WyJ4Il0x", "W10", "e30"):
        assert names(desk.get("/subjects/", {"after": cursor}).text)[0] == "第00号商行"


def test_a_street_narrows_the_list(desk: Client, firms: list[Subject]) -> None:
    page = desk.get("/subjects/", {"street": EAST}).text
    assert "35 家" in page
    assert all(int(name[1:3]) % 2 for name in names(page))


def test_the_search_finds_by_name_and_by_initials(
    desk: Client, east_firm: Subject, west_firm: Subject
) -> None:
    assert names(desk.get("/subjects/", {"q": "停车"}).text) == [east_firm.name]
    assert names(desk.get("/subjects/", {"q": "xjcy"}).text) == [west_firm.name]
    assert '全部<span class="chip-count">1<' in desk.get("/subjects/", {"q": "停车"}).text
    assert "没有符合条件的服务对象" in desk.get("/subjects/", {"q": "铁路"}).text


@pytest.mark.parametrize(
    "odd", ["\0", "\udc80".encode("utf-8", "surrogatepass"), "'\"<script>", "%" * 300]
)
def test_odd_words_find_nothing_and_break_nothing(
    desk: Client, east_firm: Subject, odd: str
) -> None:
    answer = desk.get("/subjects/", {"q": odd})
    assert answer.status_code == 200
    assert "<script>" not in answer.text.split("<main", 1)[1]


def test_htmx_gets_the_results_alone(desk: Client, east_firm: Subject) -> None:
    answer = desk.get("/subjects/", headers={"HX-Request": "true"})
    assert east_firm.name in answer.text
    assert "<html" not in answer.text


def test_a_subject_shows_what_is_known_and_who_said_so(
    desk: Client, east_firm: Subject, at: datetime
) -> None:
    state_facts(
        east_firm,
        {"staff": "31"},
        source="statistics",
        about=date(2019, 12, 31),
        by="test",
        at=at,
    )
    page = desk.get(reverse("subject", args=[east_firm.pk])).text
    assert "31 人" in page
    assert "统计报表 · 2019年12月31日 · 2020年2月3日记录" in page
    assert "营业收入" in page
    assert "未知" in page


def test_the_history_of_a_fact_keeps_every_statement(
    desk: Client, east_firm: Subject, at: datetime
) -> None:
    for staff, day in (("29", 0), ("31", 1)):
        state_facts(
            east_firm, {"staff": staff}, source="owner", by="test", at=at + timedelta(days=day)
        )
    page = desk.get(reverse("fact_history", args=[east_firm.pk, "staff"])).text
    assert page.index("31 人") < page.index("29 人")
    assert page.count("现值") == 1
    assert desk.get(reverse("fact_history", args=[east_firm.pk, "nonsense"])).status_code == 404


def test_personal_facts_stay_masked(desk: Client, east_firm: Subject, at: datetime) -> None:
    state_facts(east_firm, {"phone": "13912345678"}, source="owner", by="test", at=at)
    for address in ("subject", "fact_history"):
        args = [east_firm.pk, *(["phone"] if address == "fact_history" else [])]
        assert "13912345678" not in desk.get(reverse(address, args=args)).text


def test_an_answer_is_recorded_under_the_hat_that_gave_it(
    client: Client, liaison_li: User, owner_wang: User, east_firm: Subject
) -> None:
    link = reverse("subject_answer", args=[east_firm.pk])
    for user, value in ((liaison_li, "30"), (owner_wang, "31")):
        client.force_login(user)
        assert client.post(link, {"fact-staff": value}).status_code == 302
    sources = FactEntry.objects.order_by("sequence").values_list("source", flat=True)
    assert list(sources) == ["liaison", "owner"]


def test_a_bad_answer_is_explained_and_not_kept(
    client: Client, liaison_li: User, east_firm: Subject
) -> None:
    client.force_login(liaison_li)
    link = reverse("subject_answer", args=[east_firm.pk])
    answer = client.post(link, {"fact-staff": "三十一"}, follow=True)
    assert "期末从业人员" in answer.text
    assert "不是数" in answer.text
    assert not FactEntry.objects.exists()


def test_a_merged_subject_leads_to_the_one_that_remains(
    client: Client, policy_sun: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
    client.force_login(policy_sun)
    answer = client.get(f"/subjects/{west_firm.pk}/", follow=True)
    assert answer.redirect_chain == [(f"/subjects/{east_firm.pk}/", 302)]
    assert f"已并入{east_firm.name}" in answer.text


def test_the_one_that_remains_is_not_named_to_who_may_not_see_it(
    client: Client, west_firm: Subject, east_firm: Subject, stranger_zhou: User, at: datetime
) -> None:
    merge(west_firm, into=east_firm, reason="同一企业", by="test", at=at)
    west = person("xi", "西街经办", "clerk", ("zone", WEST), at=at)
    client.force_login(west)
    answer = client.get(f"/subjects/{west_firm.pk}/")
    assert (answer.status_code, "已合并" in answer.text) == (200, True)
    assert east_firm.name not in answer.text
    assert client.get(f"/subjects/{east_firm.pk}/").status_code == 404
    client.force_login(stranger_zhou)
    for one in (west_firm, east_firm):
        assert client.get(f"/subjects/{one.pk}/").status_code == 404
