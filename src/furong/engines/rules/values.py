"""Values of facts: reading what people and files give, encoding, ordering keys, showing.

Encoded values: integer, decimal and money are integers (scaled by ``10 ** fact.digits``), a date is
its proleptic ordinal, a boolean a bool, a choice or a code a string, a set a frozenset of strings;
a missing value is None.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from math import ceil, floor

from furong.engines.rules.model import NUMERIC, Fact
from furong.engines.rules.problems import ValueProblem, nearest
from furong.engines.rules.spans import BOTTOM, EVERYTHING, HIDDEN, TOP, Key, Spans

type Encoded = int | bool | str | frozenset[str]

LIMIT = 10**16
"""No encoded number reaches this, in size: what would be computed larger counts as unknown."""

_YES = frozenset({"true", "yes", "y", "1", "是", "有", "√"})
_NO = frozenset({"false", "no", "n", "0", "否", "无", "×"})
_NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s*(万|亿|%)?")
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SUFFIX = {
    "万": Decimal(10_000),
    "亿": Decimal(100_000_000),
    "%": Decimal("0.01"),
    None: Decimal(1),
}


def read_value(fact: Fact, raw: object, *, strict: bool = False) -> Encoded | None:
    """The encoded value of `raw` (text of a cell, or a Python value), None where it is empty.

    strict: `raw` comes from a typed file (YAML, JSON), where a word is no boolean and a number in
    quotes is no number. Raises ValueProblem, which says what would be right.
    """
    if isinstance(raw, str):
        raw = unicodedata.normalize("NFKC", raw).strip() if fact.type != "code" else raw.strip()
    if raw is None or raw == "":
        return None
    if strict and isinstance(raw, str) and (fact.type == "boolean" or fact.type in NUMERIC):
        kind = "true 或 false" if fact.type == "boolean" else "不带引号的数字"
        raise ValueProblem(f"{_name(fact)} 的值 {raw!r} 是文字", f"请写 {kind}")
    match fact.type:
        case "boolean":
            return _boolean(fact, raw)
        case "integer" | "decimal" | "money":
            return _number(fact, raw)
        case "date":
            return _in_domain(fact, _date(fact, raw), raw)
        case "choice":
            return _one_of(fact, str(raw))
        case "code":
            return _code(fact, raw)
        case "set":
            return frozenset(_one_of(fact, part) for part in _parts(raw))


def _name(fact: Fact) -> str:
    return f"{fact.label}（{fact.key}）" if fact.label else fact.key


def _boolean(fact: Fact, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(int(raw) if isinstance(raw, float) and raw in {0.0, 1.0} else raw).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueProblem(
        f"{_name(fact)} 的值 {raw!r} 不是“是”或“否”", "请写 是 或 否（true 或 false）"
    )


def decimal_of(raw: object) -> Decimal | None:
    """The number that a cell or a literal shows, exactly; None if it shows none."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | Decimal):
        number = Decimal(raw)
        return number if number.is_finite() else None
    if isinstance(raw, float):
        return Decimal(repr(raw)) if raw == raw and abs(raw) < LIMIT else None
    found = _NUMBER.fullmatch(str(raw))
    if found is None or (found[2] is None and found[3] is None):
        return None
    sign, whole, fraction, suffix = found.groups()
    plain = f"{sign}{(whole or '0').replace(',', '')}{fraction or ''}"
    return Decimal(plain) * _SUFFIX[suffix]


def _number(fact: Fact, raw: object) -> int:
    number = decimal_of(raw)
    if number is None:
        raise ValueProblem(f"{_name(fact)} 的值 {raw!r} 不是数", "请只写数字，如 1562.73")
    scaled = number.scaleb(fact.digits)
    encoded = int(scaled)
    if encoded != scaled:
        places = f"最多 {fact.digits} 位小数" if fact.digits else "须是整数"
        raise ValueProblem(f"{_name(fact)} 的值 {raw} {places}")
    if abs(encoded) >= LIMIT:
        raise ValueProblem(f"{_name(fact)} 的值 {raw} 过大", "请核对单位")
    return _in_domain(fact, encoded, raw)


def _in_domain(fact: Fact, encoded: int, raw: object) -> int:
    low, high = bounds(fact)
    if (low is not None and encoded < low) or (high is not None and encoded > high):
        limits = "、".join(
            f"{word} {limit}"
            for word, limit in (("不小于", fact.minimum), ("不大于", fact.maximum))
            if limit is not None
        )
        raise ValueProblem(f"{_name(fact)} 的值 {raw} 超出范围", f"应{limits}")
    return encoded


def _date(fact: Fact, raw: object) -> int:
    if isinstance(raw, datetime):
        return raw.date().toordinal()
    if isinstance(raw, date):
        return raw.toordinal()
    found = _DATE.fullmatch(str(raw)) or _COMPACT_DATE.fullmatch(str(raw))
    if found is None:
        raise ValueProblem(f"{_name(fact)} 的值 {raw!r} 不是日期", "请写成 2020-02-24")
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= 12:
        raise ValueProblem(
            f"{_name(fact)} 的值 {raw} 不是日期：没有 {month} 月", "请核对原件，系统不代为更正"
        )
    last = monthrange(year, month)[1] if year else 0
    if not 1 <= day <= last:
        raise ValueProblem(
            f"{_name(fact)} 的值 {raw} 不是日期：{year}年{month}月只有 {last} 天",
            "请核对原件，系统不代为更正",
        )
    return date(year, month, day).toordinal()


def _one_of(fact: Fact, word: str) -> str:
    if word in fact.values:
        return word
    for code, label in fact.values.items():
        if label == word:
            return code
    hint = nearest(word, [*fact.values, *fact.values.values()])
    shown = "、".join(f"{code}（{label}）" for code, label in [*fact.values.items()][:8])
    more = " 等" if len(fact.values) > 8 else ""
    raise ValueProblem(f"{_name(fact)} 没有值 {word!r}", hint or f"可用的值：{shown}{more}")


def _parts(raw: object) -> Iterable[str]:
    if isinstance(raw, str):
        return [part.strip() for part in re.split(r"[|;；、,，]", raw) if part.strip()]
    if isinstance(raw, Iterable):
        return [str(part) for part in raw]
    return [str(raw)]


def _code(fact: Fact, raw: object) -> str:
    if isinstance(raw, float):
        if raw != int(raw) or abs(raw) >= 1e15:
            raise ValueProblem(
                f"{_name(fact)} 的值 {raw} 已被表格软件改成数字，后几位可能丢失",
                "请把该列设为文本格式后重新填写",
            )
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ValueProblem(f"{_name(fact)} 的值 {raw!r} 不是代码", "请写成带引号的文字")
    code = str(raw)
    if HIDDEN.search(code):
        raise ValueProblem(f"{_name(fact)} 的值 {code!r} 里有看不见的控制字符", "请删去后重新输入")
    if re.fullmatch(r"\d(?:\.\d+)?[eE]\+?\d+", code):
        raise ValueProblem(
            f"{_name(fact)} 的值 {code} 已被表格软件改成科学计数", "请把该列设为文本格式后重新填写"
        )
    if fact.pattern and not re.fullmatch(fact.pattern, code):
        raise ValueProblem(f"{_name(fact)} 的值 {code!r} 不合格式", f"格式：{fact.pattern}")
    return code


def bounds(fact: Fact) -> tuple[int | None, int | None]:
    """The least and the greatest encoded value of a number or a date, None where unbounded."""

    def encode(limit: object, inwards: Callable[[Decimal], int]) -> int | None:
        if limit is None:
            return None
        if isinstance(limit, date):
            return limit.toordinal()
        number = decimal_of(limit)
        assert number is not None, f"{fact.key}: {limit!r} is no bound"
        return inwards(number.scaleb(fact.digits))

    return encode(fact.minimum, ceil), encode(fact.maximum, floor)


def domain(fact: Fact) -> Spans:
    """The keys that the fact can have (see `key_of`). A set's members are booleans of their own."""
    match fact.type:
        case "boolean" | "set":
            return Spans([(0, 2)])
        case "choice":
            return Spans([(0, len(fact.values))])
        case "code":
            return EVERYTHING
        case "date":
            low, high = bounds(fact)
            first, last = date.min.toordinal(), date.max.toordinal()
            return Spans([(first if low is None else low, (last if high is None else high) + 1)])
        case _:
            low, high = bounds(fact)
            return Spans([(BOTTOM if low is None else low, TOP if high is None else high + 1)])


def key_of(fact: Fact, value: Encoded) -> Key:
    """The place of an encoded value in its fact's order."""
    if fact.type == "choice":
        return [*fact.values].index(str(value))
    if fact.type == "boolean":
        return int(bool(value))
    assert isinstance(value, int | str), f"{fact.key} is a set: ask for one member"
    return value


def value_of(fact: Fact, key: Key) -> Encoded:
    """The encoded value at a place; the inverse of `key_of`."""
    if fact.type == "choice":
        return [*fact.values][int(key)]
    if fact.type == "boolean":
        return bool(key)
    return key


def plain(fact: Fact, value: Encoded | None) -> str | int | bool | list[str] | None:
    """The value for JSON and CSV: decimals as text, dates as ISO 8601, sets as sorted lists."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, frozenset):
        return sorted(value)
    if fact.type == "date":
        return date.fromordinal(value).isoformat()
    if fact.digits:
        return format(Decimal(value).scaleb(-fact.digits).normalize(), "f")
    return value


def show_value(fact: Fact, value: Encoded | None) -> str:
    """The value as a page shows it: 20 人, 5.5%, 15.5 万元, 2020年2月9日, 小型, 是."""
    if value is None:
        return "未知"
    if isinstance(value, frozenset):
        return "、".join(fact.values.get(code, code) for code in sorted(value)) or "无"
    match fact.type:
        case "boolean":
            return "是" if value else "否"
        case "date":
            day = date.fromordinal(int(value))
            return f"{day.year}年{day.month}月{day.day}日"
        case "choice":
            return fact.values.get(str(value), str(value))
        case "code":
            return str(value)
        case _:
            return show_number(Decimal(int(value)).scaleb(-fact.digits), fact)


def show_number(number: Decimal, fact: Fact) -> str:
    if fact.type == "money":
        return show_money(number)
    if fact.unit == "%":
        return f"{_trim(number * 100)}%"
    return f"{_trim(number)} {fact.unit}".rstrip()


def show_money(yuan: Decimal) -> str:
    """元 below ten thousand, 万元 below a hundred million, 亿元 above; never rounded."""
    for size, unit in ((Decimal(10**8), "亿元"), (Decimal(10**4), "万元")):
        if abs(yuan) >= size:
            return f"{_trim(yuan / size)} {unit}"
    return f"{_trim(yuan)} 元"


def _trim(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
