"""The interface in three languages: chosen, kept, and the pack's own words marked as what they are."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Installation
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_pack
from furong.faces.web.presenters import figures
from furong.packs import Pack
from tests.apps.policies.sample import make_pack

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def district(db: None, tmp_path: Path, settings: Settings, at: datetime) -> Pack:
    """The cast's district with policies, on the day the story begins."""
    folder = make_pack(tmp_path)
    settings.FURONG_PACK = str(folder)
    pack = apply_pack(folder, by="test", at=at).pack
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


def choose(client: Client, language: str, **form: str) -> None:
    client.post("/language/", {"language": language, "next": "/p/", **form})


def test_chinese_is_what_remains_without_a_choice(client: Client, district: Pack) -> None:
    page = client.get("/p/").text
    assert '<html lang="zh-Hans"' in page
    assert "惠企政策" in page
    assert "中文原文" not in page


@pytest.mark.parametrize(
    ("language", "tag", "heading", "note"),
    [
        ("en", "en", "Policies for enterprises", "original Chinese"),
        ("zh-hant", "zh-Hant", "惠企政策", "中文原文"),
    ],
)
def test_a_choice_is_kept_on_the_device(
    client: Client, district: Pack, language: str, tag: str, heading: str, note: str
) -> None:
    choose(client, language)
    for page in (client.get("/p/").text, client.get("/p/").text):
        assert f'<html lang="{tag}"' in page
        assert heading in page
        assert note in page


def test_the_way_back_is_on_every_page(client: Client, policy_sun: User, district: Pack) -> None:
    choose(client, "en")
    for path in ("/login/", "/p/"):
        assert (
            '<button name="language" value="zh-hans" lang="zh-Hans">简体中文'
            in client.get(path).text
        )
    client.force_login(policy_sun)
    assert 'value="zh-hans"' in client.get("/policies/").text
    choose(client, "zh-hans")
    assert '<html lang="zh-Hans"' in client.get("/policies/").text


def test_without_a_choice_the_browser_decides(client: Client, district: Pack) -> None:
    for wanted, tag in (
        ("en-GB", "en"),
        ("zh-TW", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("fr", "zh-Hans"),
    ):
        page = client.get("/p/", headers={"Accept-Language": wanted}).text
        assert f'<html lang="{tag}"' in page, wanted


@pytest.mark.parametrize("language", ["fr", "", "../en", "en\r\nX: y"])
def test_a_language_there_is_not_changes_nothing(
    client: Client, district: Pack, language: str
) -> None:
    choose(client, language)
    assert '<html lang="zh-Hans"' in client.get("/p/").text


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com"])
def test_no_other_site_is_led_to(client: Client, district: Pack, target: str) -> None:
    assert client.post("/language/", {"language": "en", "next": target})["Location"] == "/"


def test_the_packs_own_words_are_marked(client: Client, policy_sun: User, district: Pack) -> None:
    choose(client, "en")
    client.force_login(policy_sun)
    title = r'<h1 lang="zh-Hans">小微企业复工补贴'
    assert re.search(title, client.get("/policies/T01/").text)
    assert re.search(title, client.get("/p/T01/").text)
    choose(client, "zh-hans")
    assert re.search("<h1>小微企业复工补贴", client.get("/policies/T01/").text)


def test_an_error_speaks_the_readers_language(client: Client, district: Pack) -> None:
    answer = client.get("/nothing/", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert '<html lang="en"' in answer.text
    assert not CHINESE.search(answer.text)


@pytest.mark.parametrize(
    ("language", "day", "moment", "span"),
    [
        ("zh-hans", "2020年3月2日", "2020年3月2日 09:42", "2020年3月2日至2020年3月4日"),
        ("zh-hant", "2020年3月2日", "2020年3月2日 09:42", "2020年3月2日至2020年3月4日"),
        ("en", "2 March 2020", "2 March 2020 09:42", "2 March 2020 to 4 March 2020"),
    ],
)
def test_dates_have_the_languages_form_and_the_districts_time(
    language: str, day: str, moment: str, span: str
) -> None:
    told = datetime(2020, 3, 2, 1, 42, tzinfo=UTC)
    with override(language), timezone.override(ZoneInfo("Asia/Shanghai")):
        assert figures.day(date(2020, 3, 2)) == day
        assert figures.moment(told) == moment
        assert figures.window(date(2020, 3, 2), date(2020, 3, 4)) == span


@pytest.mark.parametrize(
    ("language", "fen", "shown", "exact"),
    [
        ("zh-hant", 1_562_730_000, "1,562.73 萬元", "15,627,300.00 元"),
        ("en", 50_000_000, "500,000 yuan", "500,000.00 yuan"),
        ("en", 1_562_730_000, "about 15.63 million yuan", "15,627,300.00 yuan"),
        ("en", 100_000_000_000, "1 billion yuan", "1,000,000,000.00 yuan"),
    ],
)
@pytest.mark.usefixtures("district")
def test_sums_are_counted_as_the_language_counts(
    language: str, fen: int, shown: str, exact: str
) -> None:
    with override(language):
        assert (figures.amount(fen).text, figures.amount(fen).exact) == (shown, exact)
