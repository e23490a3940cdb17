"""Sums, dates and counts as they stand on a page."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import segments


@pytest.mark.parametrize(
    ("fen", "shown", "exact"),
    [
        (0, "0 元", "0.00 元"),
        (320_000, "3,200 元", "3,200.00 元"),
        (999_999, "9,999.99 元", "9,999.99 元"),
        (1_000_000, "1 万元", "10,000.00 元"),
        (1_562_730_000, "1,562.73 万元", "15,627,300.00 元"),
        (10_000_000_000, "1 亿元", "100,000,000.00 元"),
        (-12_000_000, "-12 万元", "-120,000.00 元"),
    ],
)
def test_a_sum_is_read_in_wan_and_kept_to_the_fen(fen: int, shown: str, exact: str) -> None:
    assert (
        figures.amount(fen, currency="CNY").text,
        figures.amount(fen, currency="CNY").exact,
    ) == (shown, exact)


def test_a_sum_that_lost_digits_says_about() -> None:
    assert figures.amount(1_234_567, currency="CNY").text == "约 1.23 万元"


def test_an_upper_bound_says_so() -> None:
    assert figures.amount(8_100_000, currency="CNY", at_most=True).text == "不超过 8.1 万元"


def test_another_currency_is_not_called_yuan() -> None:
    assert figures.amount(1_250_000, currency="HKD").text == "12,500.00 HKD"


@pytest.mark.parametrize(
    ("currency", "shown"), [("JPY", "1,250,000 JPY"), ("KWD", "1,250.000 KWD")]
)
def test_a_sum_has_the_digits_of_its_currency(currency: str, shown: str) -> None:
    assert figures.amount(1_250_000, currency=currency).exact == shown


def test_days_and_spans() -> None:
    start, end = date(2020, 2, 10), date(2020, 12, 31)
    assert figures.day(start) == "2020年2月10日"
    assert figures.window(start, end) == "2020年2月10日至2020年12月31日"
    assert figures.window(start, None) == "2020年2月10日起"
    assert figures.window(None, end) == "至2020年12月31日"
    assert figures.window(None, None) == ""


def test_moments_are_told_in_the_zone_of_the_district() -> None:
    at = datetime(2020, 3, 1, 17, 42, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert figures.moment(at) == "2020年3月2日 01:42"
        assert figures.clock(at) == "3月2日 星期一 01:42"


def test_the_parts_of_a_bar_lie_end_to_end() -> None:
    parts = segments([("jade", 30), ("amber", 0), ("violet", 60)], whole=120)
    assert [(part.tone, part.start, part.width) for part in parts] == [
        ("jade", "0.00", "25.00"),
        ("violet", "25.00", "50.00"),
    ]


def test_a_bar_of_nothing_is_empty() -> None:
    assert segments([("jade", 3)], whole=0) == []
