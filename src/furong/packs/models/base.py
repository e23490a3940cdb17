"""What all sections share: the strict base model and the kinds of value that fields hold.

YAML 1.2 knows no dates, and a number with a point arrives as `Decimal`; each kind of value here
says what it accepts from a file and how a fault is worded (Chinese, for the pack's author).
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from furong.packs.problems import PathInFile, shown


class Fault(NamedTuple):
    """A fault that a model finds in itself; `at` is the path to it, () for the whole."""

    at: PathInFile
    message: str
    remedy: str


def refuse(faults: Iterable[Fault]) -> PydanticCustomError:
    """The error that carries faults out of a validator, to `furong.packs.validation`."""
    return PydanticCustomError("pack", "faults", {"faults": tuple(faults)})


def _refuse(message: str, remedy: str) -> PydanticCustomError:
    return refuse([Fault((), message, remedy)])


class Entry(BaseModel):
    """A mapping in a pack file: no unknown keys, no conversions, unchangeable once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def faults(self) -> Iterator[Fault]:
        """What is wrong between fields; a section overrides this."""
        return iter(())

    @model_validator(mode="after")
    def _no_faults(self) -> Self:
        if found := list(self.faults()):
            raise refuse(found)
        return self


# --- words -------------------------------------------------------------------------------------

_WORD = r"[a-z0-9][a-z0-9_-]{0,63}"
_KEY = r"[a-z][a-z0-9_]{0,63}"
_POLICY = r"[A-Z][A-Z0-9]{0,30}[a-z]?"


def word(pattern: str, message: str, remedy: str) -> BeforeValidator:
    """What lets only text of a pattern pass; `message` has a place for the text, `{0!r}`."""
    compiled = re.compile(pattern)

    def check(value: Any) -> Any:
        if isinstance(value, str) and not compiled.fullmatch(value):
            raise _refuse(message.format(value), remedy)
        return value

    return BeforeValidator(check, json_schema_input_type=str)


def pattern_schema(pattern: str) -> WithJsonSchema:
    """The pattern for editors."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


Text = Annotated[str, StringConstraints(min_length=1)]
"""Text for people, in any language; never empty."""

Word = Annotated[
    str,
    word(
        _WORD, "编号 {0!r} 不合规则", "请用小写字母、数字、_ 和 -，以字母或数字开头，最长 64 个字符"
    ),
    pattern_schema(_WORD),
]
FactKey = Annotated[
    str,
    word(_KEY, "事实的名称 {0!r} 不合规则", "请用小写字母、数字和 _，以字母开头，最长 64 个字符"),
    pattern_schema(_KEY),
]
PolicyId = Annotated[
    str,
    word(
        _POLICY,
        "政策编号 {0!r} 不合规则",
        "请用大写字母和数字，以字母开头，末尾可加一个小写字母，如 CN01、HN02b",
    ),
    pattern_schema(_POLICY),
]


def is_policy_id(text: str) -> bool:
    """Whether a policy can have this id."""
    return re.fullmatch(_POLICY, text) is not None


type Items[T] = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in the file, a tuple in the model."""

# --- days and times ----------------------------------------------------------------------------

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def day(value: Any) -> Any:
    """A day of the file as `date`; what is no day is refused, with the month's length."""
    if isinstance(value, date) or value is None:
        return value
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _refuse(f"{shown(value)} 不是日期", "请写成 2020-02-24 的样子")
    year, month, number_in_month = (int(part) for part in found.groups())
    if year == 0 or not 1 <= month <= 12:
        raise _refuse(f"{shown(value)} 不是日期：没有 {month} 月", "请核对原件")
    last = monthrange(year, month)[1]
    if not 1 <= number_in_month <= last:
        raise _refuse(
            f"{shown(value)} 不是日期：{year} 年 {month} 月只有 {last} 天",
            "请核对原件，改成当月有的日子",
        )
    return date(year, month, number_in_month)


Day = Annotated[date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]


def _day_as_given(value: Any) -> Any:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and re.fullmatch(r"\d{4}", text):
        day(f"{text}-01-01")
    elif isinstance(text, str) and re.fullmatch(r"\d{4}-\d{2}", text):
        day(f"{text}-01")
    else:
        day(text)
    return text


DayAsGiven = Annotated[
    str,
    BeforeValidator(_day_as_given),
    WithJsonSchema({"type": ["string", "integer"], "description": "2020-02-20、2020-02 或 2020"}),
]
"""A date as far as the source gives it: a day, a month or a year."""


def first_day(given: str) -> date:
    """The first day that a `DayAsGiven` can mean.

    >>> first_day("2020-03")
    datetime.date(2020, 3, 1)
    """
    return date.fromisoformat(given + "-01-01"[3 * given.count("-") :])


def _moment(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[\d-]{10}T\d{2}:\d{2}(:\d{2})?", value):
        day(value[:10])
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise _refuse(f"{shown(value)} 不是日期时间", "请写成 2020-02-03T08:00:00 的样子，不带时区")


Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A day and time in the pack's own zone."""


def _clock_time(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise _refuse(f"{shown(value)} 不是钟点", '请写成 "08:30" 的样子，加引号')


ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda value: value.strftime("%H:%M"), when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}),
]


class Period(Entry):
    """Days from and to, both included; null where there is no end or it is not known."""

    start: Day | None = Field(None, alias="from", description="起，含当日")
    end: Day | None = Field(None, alias="to", description="止，含当日；null 为不设终止")

    def faults(self) -> Iterator[Fault]:
        if self.start and self.end and self.start > self.end:
            yield Fault(("to",), f"终止日 {self.end} 早于起始日 {self.start}", "请核对两个日期")


# --- numbers and expressions -------------------------------------------------------------------


def number(value: Any) -> Any:
    """A number of the file as `Decimal`; text is refused."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise _refuse(f"{shown(value)} 不是数", "请写阿拉伯数字，不加引号、单位和千分位")


def plain_number(value: Decimal) -> str:
    """Digits without exponent or needless zeros: `Decimal("1E+3")` is 1000."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Number = Annotated[
    Decimal,
    BeforeValidator(number),
    PlainSerializer(plain_number, when_used="json"),
    WithJsonSchema({"type": "number"}),
]


def _expression(value: Any) -> Any:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return plain_number(Decimal(value))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value


Expression = Annotated[
    str,
    BeforeValidator(_expression),
    StringConstraints(min_length=1),
    WithJsonSchema({"type": ["string", "number"]}),
]
"""An expression of docs/reference/expressions.md; a bare number is one."""
