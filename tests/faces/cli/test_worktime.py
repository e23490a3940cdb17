"""`furong worktime`, as one types it."""

import pytest

from furong.faces.cli import main

DISTRICT = ("--calendar", "furong-2020:furong-2020")


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["worktime", *argv]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["worktime", *argv]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.strip()


def test_a_deadline_by_the_regime_of_its_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "add", *DISTRICT, "2020-01-23T17:00", "4h") == (
        "2020-01-23 17:00（周四）起 4 小时，按工作时间：2020-02-03 12:00（周一）\n"
    )
    assert said(capsys, "add", *DISTRICT, "2020-02-29T20:47", "30m") == (
        "2020-02-29 20:47（周六）起 30 分钟，按自然时间：2020-02-29 21:17（周六）\n"
    )


def test_the_counting_may_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, "add", *DISTRICT, "2020-02-29T20:47", "0.5d", "--counting", "working")
    assert line == "2020-02-29 20:47（周六）起 0.5 天，按工作时间：2020-03-02 13:45（周一）\n"


def test_a_time_with_an_offset_is_shown_in_the_pack_s_zone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = said(capsys, "add", *DISTRICT, "2020-02-24T02:00:30Z", "1h")
    assert line.startswith("2020-02-24 10:00:30（周一）起 1 小时")


def test_elapsed_in_hours_and_in_working_days(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, "elapsed", *DISTRICT, "2020-01-22T10:00", "2020-01-23T14:15:01.5")
    assert line.endswith("按工作时间：10 小时 15 分钟 1.5 秒，约合 1.37 个工作日\n")
    line = said(capsys, "elapsed", *DISTRICT, "2020-01-21T10:00", "2020-01-23T10:00")
    assert line.endswith("15 小时，合 2 个工作日\n")
    line = said(capsys, "elapsed", *DISTRICT, "2020-02-04T10:00", "2020-02-04T10:00")
    assert line.endswith("按自然时间：0 分钟\n")


def test_a_day_says_its_hours_and_by_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "day", *DISTRICT, "2020-02-01") == (
        "2020-02-01（周六）休（国办发明电〔2020〕1号 延长春节假期）\n"
    )
    assert said(capsys, "day", *DISTRICT, "2020-01-19") == (
        "2020-01-19（周日）上班 08:30—12:00、13:30—17:30（国办发明电〔2019〕16号 春节调休）\n"
    )
    assert said(capsys, "day", *DISTRICT, "2020-02-24").startswith("2020-02-24（周一）上班 08:30")
    assert said(capsys, "day", *DISTRICT, "2020-02-29") == "2020-02-29（周六）休（周末）\n"


def test_a_month_with_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    page = said(capsys, "month", "--calendar", "furong-2020:hunan-enterprises-2020", "2020-02")
    assert page == (
        "2020 年 2 月 · hunan-enterprises-2020 · 15 个工作日\n"
        "\n"
        "  一    二    三    四    五    六    日\n"
        "                                1休   2休\n"
        "  3休   4休   5休   6休   7休   8·    9·\n"
        " 10    11    12    13    14    15·   16·\n"
        " 17    18    19    20    21    22·   23·\n"
        " 24    25    26    27    28    29·\n"
        "\n"
        "休 2月1日至2日  国办发明电〔2020〕1号 延长春节假期\n"
        "休 2月3日至7日  湖南省人民政府关于延迟省内企业复工的通知（文号待核）\n"
    )


def test_what_cannot_be_counted_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "day", *DISTRICT, "2027-01-01") == (
        "日历 furong-2020 没有 2027 年的放假安排（现有：2004—2026）。"
        "请在内容包的这个日历（或扩展它的日历）里写上 2027 年的 days，并在 years 中加上 2027"
    )
    assert refused(capsys, "add", *DISTRICT, "2020-01-23", "4w").startswith("4w 不是时长")
    assert refused(capsys, "add", *DISTRICT, "昨天", "4h") == (
        "昨天 不是时刻。请写成 2020-01-23T17:00"
    )
    assert "早于起始时刻" in refused(
        capsys, "elapsed", *DISTRICT, "2020-01-23T17:00", "2020-01-22T17:00"
    )


def test_a_calendar_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "day", "--calendar", "furong-2020:furong-202", "2020-02-01")
    assert told == "内容包 furong-2020 没有日历 furong-202。是否想写 furong-2020？"
    assert "看不懂" in refused(capsys, "day", "--calendar", "furong-2020", "2020-02-01")
    assert "不能用" in refused(capsys, "day", "--calendar", "ruritania:x", "2020-02-01")
