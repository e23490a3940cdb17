"""Cells and literals: what is read, what is refused, how it is shown."""

from datetime import date
from decimal import Decimal

import pytest

from furong.engines.rules import Fact, ValueProblem, plain, read_value, show_money, show_value

STAFF = Fact("staff", "integer", "从业人员", "人", minimum=0, maximum=100_000)
MONEY = Fact("revenue", "money", "营业收入", "元")
RATE = Fact("rate", "decimal", "裁员率", "%", scale=4)
DAY = Fact("day", "date", "复工日", minimum=date(2020, 1, 1))
FLAG = Fact("flag", "boolean", "已参保")
SIZE = Fact("size", "choice", "规模", values={"small": "小型", "micro": "微型"})
CODE = Fact("code", "code", "信用代码", pattern=r"[0-9A-Z]{18}")
LISTED = Fact("listed", "set", "名单", values={"a": "甲", "b": "乙"})


@pytest.mark.parametrize(
    ("fact", "raw", "encoded"),
    [
        (STAFF, "1,234", 1234),
        (STAFF, " １２ ", 12),
        (STAFF, 12.0, 12),
        (STAFF, "", None),
        (STAFF, None, None),
        (MONEY, "1562.73万", 1_562_730_000),
        (MONEY, 0.1, 10),
        (MONEY, Decimal("12.34"), 1234),
        (RATE, "5.5%", 550),
        (RATE, 0.055, 550),
        (DAY, "2020年2月9日", date(2020, 2, 9).toordinal()),
        (DAY, "2020/2/9", date(2020, 2, 9).toordinal()),
        (DAY, "20200209", date(2020, 2, 9).toordinal()),
        (DAY, date(2020, 2, 9), date(2020, 2, 9).toordinal()),
        (FLAG, "是", True),
        (FLAG, "否", False),
        (FLAG, 1, True),
        (SIZE, "小型", "small"),
        (SIZE, "micro", "micro"),
        (LISTED, "甲、b", frozenset("ab")),
        (LISTED, ["a"], frozenset("a")),
        (CODE, "91430102MA4L000001", "91430102MA4L000001"),
    ],
)
def test_read(fact: Fact, raw: object, encoded: object) -> None:
    assert read_value(fact, raw) == encoded


@pytest.mark.parametrize(
    ("fact", "raw", "why"),
    [
        (STAFF, "十二", "不是数"),
        (STAFF, "12.5", "须是整数"),
        (STAFF, -1, "应不小于 0、不大于 100000"),
        (STAFF, "1e400", "不是数"),
        (STAFF, float("nan"), "不是数"),
        (MONEY, "0.001", "最多 2 位小数"),
        (MONEY, "99999999999999999", "过大"),
        (DAY, "2020年2月31日", "2020年2月只有 29 天"),
        (DAY, "2月31日", "请写成 2020-02-24"),
        (DAY, "2020-13-01", "没有 13 月"),
        (DAY, "2019-12-31", "应不小于 2020-01-01"),
        (FLAG, "大概", "不是“是”或“否”"),
        (SIZE, "smal", "是否想写 small？"),
        (LISTED, "a;丙", "没有值 '丙'"),
        (CODE, "1.23E+17", "科学计数"),
        (CODE, 1.23e17, "已被表格软件改成数字"),
        (CODE, "短", "不合格式"),
        (CODE, True, "不是代码"),
        (CODE, {"a": 1}, "不是代码"),
        (Fact("k", "code"), "A\0", "看不见的控制字符"),
        (Fact("k", "integer", minimum=Decimal("0.5")), 0, "应不小于 0.5"),
        (Fact("k", "money", maximum=Decimal("0.019")), "0.02", "应不大于 0.019"),
        (MONEY, Decimal("NaN"), "不是数"),
        (MONEY, Decimal("Infinity"), "不是数"),
        (MONEY, True, "不是数"),
    ],
)
def test_refused(fact: Fact, raw: object, why: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        read_value(fact, raw)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("fact", "raw"), [(FLAG, "no"), (FLAG, "yes"), (STAFF, "12"), (MONEY, "3")]
)
def test_words_in_a_typed_file_are_no_booleans_or_numbers(fact: Fact, raw: str) -> None:
    with pytest.raises(ValueProblem, match="是文字"):
        read_value(fact, raw, strict=True)


@pytest.mark.parametrize(
    ("fact", "encoded", "shown", "stored"),
    [
        (STAFF, 12345, "12,345 人", 12345),
        (MONEY, 1_562_730_000, "1,562.73 万元", "15627300"),
        (MONEY, 10_000_000_000, "1 亿元", "100000000"),
        (MONEY, 950_050, "9,500.5 元", "9500.5"),
        (RATE, 550, "5.5%", "0.055"),
        (DAY, date(2020, 2, 9).toordinal(), "2020年2月9日", "2020-02-09"),
        (FLAG, True, "是", True),
        (SIZE, "small", "小型", "small"),
        (LISTED, frozenset("ab"), "甲、乙", ["a", "b"]),
        (LISTED, frozenset(), "无", []),
        (STAFF, None, "未知", None),
    ],
)
def test_shown_and_stored(fact: Fact, encoded: object, shown: str, stored: object) -> None:
    assert show_value(fact, encoded) == shown  # type: ignore[arg-type]
    assert plain(fact, encoded) == stored  # type: ignore[arg-type]
    assert read_value(fact, stored) == encoded


def test_money_is_never_rounded() -> None:
    assert show_money(Decimal("15627300.01")) == "1,562.730001 万元"
