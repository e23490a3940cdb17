"""What one cell of a policy sheet says, as plain JSON, and back: dates, sums, choices, lists.

A reader gives a value, or raises Unfit, which tells what is wrong and what to write. It is tolerant
of how people write (full-width digits, 1,000万, 2020年2月3日, √) and guesses nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.policies.sheets.words import EVERY, NO, YES
from furong.engines.rules import ExpressionError, syntax
from furong.engines.rules.problems import nearest
from furong.packs.models.base import plain_number

_NUMERAL = re.compile(r"(-?\d+(?:\.\d+)?)(千|万|亿)?(?:元)?")
_POWERS = {"千": 3, "万": 4, "亿": 8}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_SOLID_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SEPARATORS = re.compile(r"[,，、;；\s]+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_QUOTES = str.maketrans("‘’“”", "''''")


class Unfit(ValueError):
    """A cell that cannot be read. message: what is wrong; remedy: what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(f"{message}：{remedy}")


@dataclass(frozen=True, slots=True)
class Cell:
    """How a kind of cell is read and written. sum: whether a unit in the heading multiplies it."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    is_sum: bool = False


def half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def split_words(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(half_width(text)) if part]


# Dates and numbers.


def read_date(text: str) -> str:
    """`2020年2月3日`, `2020/2/3` and `20200203` as `2020-02-03`; a day that is none stays to be told of."""
    plain = half_width(text)
    if found := _DAY.fullmatch(plain) or _SOLID_DAY.fullmatch(plain):
        year, month, day = map(int, found.groups())
        return f"{year:04}-{month:02}-{day:02}"
    return plain


def read_date_as_given(text: str) -> str:
    """A date that may be told to the month or the year alone."""
    plain = half_width(text)
    if found := _MONTH.fullmatch(plain):
        return f"{int(found[1]):04}-{int(found[2]):02}"
    return read_date(plain.removesuffix("年"))


def numeral(text: str) -> Decimal | None:
    """`１，０００万` and `1000 万元` as 10000000; None for what is no numeral."""
    plain = "".join(half_width(text).split())
    found = _NUMERAL.fullmatch(_BETWEEN_DIGITS.sub("", plain))
    if found is None:
        return None
    return Decimal(found[1]).scaleb(_POWERS.get(found[2] or "", 0))


def read_number(text: str) -> str:
    number = numeral(text)
    if number is None:
        raise Unfit(_("“%s”不是数") % text[:40], _("请只写数字，如 5000 或 1000万"))
    return plain_number(number)


def read_amount(text: str) -> str:
    """A sum as digits, or an expression as it stands."""
    number = numeral(text)
    return tidy(text, syntax.parse_value) if number is None else plain_number(number)


def tidy(expression: str, parse: Callable[[str], object]) -> str:
    """An expression as typed if it can be read, else with half-width signs if that can be.

    What cannot be read either way stays as typed, so that a fault is told at its place.
    """
    made = half_width(expression).translate(_QUOTES)
    for text in (expression.strip(), made):
        try:
            parse(text)
        except ExpressionError:
            continue
        return text
    return expression.strip()


# Words.


def read_flag(text: str) -> bool | None:
    word = half_width(text).lower()
    if word in YES:
        return True
    if word in NO:
        return None
    raise Unfit(_("“%s”不是“是”或“否”") % text[:20], _("请写“是”，否则留空"))


def write_flag(value: Any) -> str:
    return "是" if value else ""


def choice(words: Mapping[str, str]) -> Cell:
    """One of several words, or its code. The first word for a code is the one that is written."""
    written: dict[str, str] = {}
    for word, code in words.items():
        written.setdefault(code, word)

    def read(text: str) -> str:
        return _one_of(text, words, written)

    return Cell(read, lambda code: written.get(code, str(code)))


def choices(words: Mapping[str, str]) -> Cell:
    """Several of them, between commas."""
    one = choice(words)
    return Cell(
        lambda text: [one.read(part) for part in split_words(text)],
        lambda codes: EVERY.join(one.write(code) for code in codes),
    )


def _one_of(text: str, words: Mapping[str, str], written: Mapping[str, str]) -> str:
    word = half_width(text)
    if word in words:
        return words[word]
    if word in written:
        return word
    known = [*written.values()]
    raise Unfit(
        _("没有“%s”这一项") % text[:40],
        nearest(word, known) or _("可写：%s") % EVERY.join(known),
    )


# Lists and pairs.


def read_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_points(text: str) -> list[dict[str, str]]:
    """`哪一点：缺什么`, one a line."""
    return [_point(line) for line in read_lines(text)]


def _point(line: str) -> dict[str, str]:
    about, mark, told = line.replace(":", "：", 1).partition("：")
    if not mark or not about.strip() or not told.strip():
        raise Unfit(_("“%s”没有写成“哪一点：缺什么”") % line[:40], _("请一行写一点，中间用冒号"))
    return {"about": about.strip(), "text": told.strip()}


def write_points(points: Any) -> str:
    return "\n".join(f"{one['about']}：{one['text']}" for one in points)


def read_group(text: str) -> dict[str, str]:
    """`编号｜名称`."""
    code, mark, label = text.replace("|", "｜").partition("｜")
    if not mark or not code.strip() or not label.strip():
        raise Unfit(
            _("“%s”没有写成“编号｜名称”") % text[:40],
            _("请写成 resume｜复工补贴；同组各行写法相同"),
        )
    return {"id": code.strip(), "label": label.strip()}


TEXT = Cell(str.strip, str)
LINES = Cell(read_lines, "\n".join)
WORDS = Cell(split_words, EVERY.join)
DATE = Cell(read_date, str)
DATE_AS_GIVEN = Cell(read_date_as_given, str)
NUMBER = Cell(read_number, str, is_sum=True)
AMOUNT = Cell(read_amount, str, is_sum=True)
FLAG = Cell(read_flag, write_flag)
POINTS = Cell(read_points, write_points)
GROUP = Cell(read_group, lambda group: f"{group['id']}｜{group['label']}")
