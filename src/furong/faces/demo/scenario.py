"""`scenario/population.yaml`: what a district's synthetic subjects are like (docs/reference/population.md).

All that is said of one district stands in that file: how many subjects of which kinds, in which
streets and industries, and from which distribution each fact is drawn.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from furong.packs.models.base import Day, Entry, FactKey, Fault, Items, Moment, Number, Text, Word
from furong.packs.models.base import number as read_number

type Sort = Literal["boolean", "word", "set", "day", "number"]
"""What a drawn value is."""


def _number_or_name(value: Any) -> Any:
    return value if isinstance(value, str) else read_number(value)


def _words(value: Any) -> Any:
    return value if isinstance(value, list | dict) else [value]


Name = FactKey
"""A fact of the pack, or a name that stands before in `draws`."""

Operand = str
"""A name, or `industry.ATTRIBUTE`: a number of the subject's industry."""

Limit = Annotated[Decimal | Operand, BeforeValidator(_number_or_name)]


class Range(Entry):
    """Numbers from `from`, included, to `below`, not included."""

    start: Number | None = Field(None, alias="from", description="不小于")
    below: Number | None = Field(None, description="小于")


Condition = Annotated[Items[str | bool] | Range, BeforeValidator(_words)]
"""Words of which one must hold (of a code: prefixes), true or false, or a range."""

Share = Annotated[Number, Field(ge=0, le=1)]


class Point(Entry):
    """A point of a curve: this share has come by this day."""

    day: Day
    share: Share


_SORTS: dict[str, Sort | None] = {
    "chance": "boolean",
    "known": "boolean",
    "weights": "word",
    "members": "set",
    "curve": "day",
    "median": "number",
    "value": None,  # by its own type
    "same": None,  # that of the other
}
_WAYS = tuple(_SORTS)
_ONLY_NUMBERS = ("spread", "times", "over", "zero", "step", "min", "max", "below")


class Draw(Entry):
    """One way in which a value comes about, for the subjects that meet `where`."""

    where: dict[str, Condition] = Field(default_factory=dict, description="对哪些主体")
    chance: Share | None = Field(None, description="为“是”的比例")
    weights: dict[str, Number] | None = Field(None, min_length=1, description="各值的权重")
    members: dict[str, Share] | None = Field(None, description="集合中各项的比例")
    curve: Items[Point] | None = Field(None, description="到某日的累计比例；其余没有值")
    median: Number | None = Field(None, description="中位数；与 times、over 各数相乘除")
    spread: Number = Field(Decimal(0), description="对数标准差")
    times: Items[Operand] = Field((), description="乘以")
    over: Items[Operand] = Field((), description="除以")
    zero: Share = Field(Decimal(0), description="为 0 的比例")
    step: Number = Field(Decimal(1), gt=0, description="取到多少的整数倍")
    min: Limit | None = Field(None, description="不小于")
    max: Limit | None = Field(None, description="不大于")
    below: Limit | None = Field(None, description="小于；超过的折回")
    value: str | bool | Number | None = Field(None, description="就是这个值")
    same: Name | None = Field(None, description="与另一项相同")
    known: Name | None = Field(None, description="另一项有没有值")

    @property
    def way(self) -> str:
        """The field that says how the value comes about."""
        return next(way for way in _WAYS if getattr(self, way) is not None)

    @property
    def sort(self) -> Sort | None:
        """What it gives; None where it gives what another name has."""
        if self.way != "value":
            return _SORTS[self.way]
        if isinstance(self.value, bool):
            return "boolean"
        return "word" if isinstance(self.value, str) else "number"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it may give."""
        if isinstance(self.value, str):
            return (self.value,)
        return (*(self.weights or ()), *(self.members or ()))

    def operands(self) -> Iterator[tuple[str, str]]:
        """(field, name) of everything that it reads."""
        for name in self.where:
            yield "where", name
        for field in ("times", "over"):
            for name in getattr(self, field):
                yield field, name
        for field in ("min", "max", "below", "same", "known"):
            if isinstance(name := getattr(self, field), str):
                yield field, name

    def faults(self) -> Iterator[Fault]:
        ways = [way for way in _WAYS if getattr(self, way) is not None]
        if len(ways) != 1:
            found = f"写了 {'、'.join(ways)}" if ways else "没有写怎样取值"
            yield Fault((), found, f"请在 {'、'.join(_WAYS)} 中写一种")
        for name in _ONLY_NUMBERS:
            if name in self.model_fields_set and ways != ["median"]:
                yield Fault((name,), f"{name} 只与 median 同用", "请删去，或者改用 median")
        for before, after in pairwise(self.curve or ()):
            if before.day >= after.day or before.share > after.share:
                yield Fault(("curve",), "累计曲线的日期和比例要逐点增加", "请按日期排列，核对比例")
        if self.weights is not None and not any(self.weights.values()):
            yield Fault(("weights",), "权重全是 0", "请至少给一个值正的权重")


class Drawing(Entry):
    """How one fact is drawn: the first of its cases whose `where` holds; none: it has no value."""

    fact: FactKey | None = Field(None, description="哪一项事实")
    hidden: FactKey | None = Field(None, description="只供下文引用的中间量")
    missing: Share = Field(Decimal(0), description="不掌握的比例")
    cases: Items[Draw] = Field(min_length=1, description="按情形取值，首条命中")

    @property
    def name(self) -> str:
        name = self.fact or self.hidden
        assert name is not None
        return name

    def faults(self) -> Iterator[Fault]:
        if (self.fact is None) == (self.hidden is None):
            yield Fault((), "fact 和 hidden 要写一个，也只写一个", "请核对")
        if len({case.sort for case in self.cases} - {None}) > 1:
            yield Fault(("cases",), "各情形给出的不是同一类值", "请统一成是否、代码、日期或数")
        for index, case in enumerate(self.cases[:-1]):
            if not case.where:
                yield Fault(
                    ("cases", index), "没有 where，后面的情形永远用不到", "请移到最后，或补上 where"
                )


class Group(Entry):
    """Subjects of one kind that are alike: a fixed number of them, or a share of all the others."""

    id: Word = Field(description="编号")
    kind: Word = Field(description="主体类别")
    count: int | None = Field(None, ge=1, description="固定数")
    share: Number | None = Field(None, ge=0, description="在其余主体中的权重")
    missing: Number = Field(Decimal(1), ge=0, description="不掌握的比例要乘以多少")
    code: str = Field("91", pattern=r"^[0-9A-Y]{2}$", description="统一社会信用代码的前两位")
    endings: dict[str, Number] = Field(min_length=1, description="名称的结尾和权重")

    def faults(self) -> Iterator[Fault]:
        if (self.count is None) == (self.share is None):
            yield Fault((), "count 和 share 要写一个，也只写一个", "固定的写 count，其余的写 share")


class Industry(Entry):
    """An industry: how often it occurs in each group, and numbers that draws refer to."""

    code: Text = Field(description="行业代码")
    word: str = Field("", description="名称里的行业词")
    weights: dict[str, Number] = Field(alias="in", description="在各组中的权重")
    per: dict[str, Number] = Field(default_factory=dict, description="取值用的数")


class Names(Entry):
    """How subjects are called: mark + first + second + the industry's word + the group's ending."""

    mark: Text = Field(description="每个名称的开头，表明是示例")
    first: Items[Text] = Field(min_length=1, description="字号的前半")
    second: Items[Text] = Field(min_length=1, description="字号的后半")
    address: Text = Field(description="地址：{second} 为字号的后半，{number} 为门牌号")

    def faults(self) -> Iterator[Fault]:
        try:
            here, there = (self.address.format(second="", number=number) for number in (1, 2))
        except (LookupError, ValueError):
            here = there = ""
        if here == there:
            remedy = "请写成 示例{second}路{number}号 的样子，花括号里只有这两个词"
            yield Fault(("address",), "从地址看不出门牌号", remedy)


class Scenario(Entry):
    """population.yaml."""

    as_of: Moment | None = Field(None, description="合成的是什么时候的情形")
    size: int = Field(1000, ge=1, description="演示默认多少家")
    names: Names
    groups: Items[Group] = Field(min_length=1)
    streets: dict[Word, Number] = Field(default_factory=dict, description="街道和权重")
    industries: Items[Industry] = ()
    zones: dict[Word, Name] = Field(
        default_factory=dict, description="园区、商圈：由哪一项决定在内"
    )
    opened_on: Name | None = Field(None, description="哪一项是成立日期")
    draws: Items[Drawing] = ()

    def faults(self) -> Iterator[Fault]:
        if not any(group.share for group in self.groups):
            yield Fault(("groups",), "没有一组写 share", "请至少有一组按 share 补足其余主体")
        for index, industry in enumerate(self.industries):
            if industry.per.keys() != self.industries[0].per.keys():
                wanted = "、".join(self.industries[0].per)
                yield Fault(
                    ("industries", index, "per"), "与第一个行业的项目不同", f"请写全：{wanted}"
                )
