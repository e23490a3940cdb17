"""facts/*.yaml: what can be known of a subject."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from furong.packs.models.base import (
    Day,
    Entry,
    Expression,
    FactKey,
    Fault,
    Items,
    Text,
    day,
    number,
    plain_number,
    refuse,
)
from furong.packs.problems import shown

FactType = Literal["boolean", "integer", "decimal", "money", "date", "choice", "code", "set"]
Sensitivity = Literal["public", "internal", "restricted", "personal"]

_LISTED = ("choice", "set")
_BOUNDED = ("integer", "decimal", "money", "date")
_ONLY_FOR = {
    "values": _LISTED,
    "words": _LISTED,
    "scale": ("decimal",),
    "pattern": ("code",),
    "scheme": ("code",),
    "min": _BOUNDED,
    "max": _BOUNDED,
}


def _limit(value: Any) -> Any:
    if not isinstance(value, str):
        return number(value)
    if re.match(r"\d{4}-", value):
        return day(value)
    raise refuse(
        [
            Fault(
                (),
                f"{shown(value)} 不是数，也不是日期",
                "请写不带千分位的数字，或者 2020-02-24 的样子",
            )
        ]
    )


Limit = Annotated[
    Decimal | date,
    BeforeValidator(_limit),
    PlainSerializer(
        lambda value: value.isoformat() if isinstance(value, date) else plain_number(value),
        when_used="json",
    ),
    WithJsonSchema({"type": ["number", "string"]}),
]
"""An end of a fact's domain: a number (money in yuan), or a day."""


class TableRow(Entry):
    """A row of a first-match table."""

    when: Expression | None = Field(None, description="条件；不写为“其余情形”，只能是最后一行")
    value: Any = Field(description="取值；原文没有定下来的，写一列可能的值")

    @property
    def values(self) -> tuple[Any, ...]:
        """The possible values: one, or several where the source leaves it open."""
        return tuple(self.value) if isinstance(self.value, list) else (self.value,)


class AtDate(Entry):
    """Another fact, at a date."""

    fact: FactKey = Field(description="哪一项")
    on: Day = Field(description="哪一天的")


class Fact(Entry):
    """One fact: its name, type and domain, how it is asked and proved, or how it is derived."""

    key: FactKey = Field(description="名称，用于表达式和表头")
    label: Text = Field(description="名称")
    type: FactType = Field(description="类型")
    unit: str = Field("", description='单位；"%" 表示按百分数显示')
    scale: int = Field(0, ge=0, le=9, description="小数位数（仅 decimal；money 的由币种定）")
    min: Limit | None = Field(None, description="最小值")
    max: Limit | None = Field(None, description="最大值")
    values: dict[str, Text] = Field(default_factory=dict, description="可选的值：代码和名称")
    words: dict[str, Items[Text]] = Field(
        default_factory=dict, description="各个值的日常用语，用于判别来件属于哪一个"
    )
    scheme: str = Field("", description="代码所依据的标准，如 GB/T 4754-2017")
    pattern: str | None = Field(None, description="代码的正则表达式")
    derive: Expression | None = Field(None, description="派生表达式")
    table: Items[TableRow] = Field((), description="首条命中表")
    at: AtDate | None = Field(None, description="某事实在某一天的值")
    sensitivity: Sensitivity = Field("internal", description="敏感程度")
    ask: str = Field("", description="怎样向企业提问；不写则不问")
    proof: str = Field("", description="以什么材料证明")
    source: str = Field("", description="通常从哪里来")
    note: str = Field("", description="备注")

    @property
    def derived(self) -> bool:
        """Whether its value follows from other facts (it may be stated all the same)."""
        return self.derive is not None or bool(self.table)

    def faults(self) -> Iterator[Fault]:
        for name, types in _ONLY_FOR.items():
            if name in self.model_fields_set and self.type not in types:
                yield Fault(
                    (name,),
                    f"{self.type} 类型没有 {name}",
                    f"请删去；{name} 只用于 {'、'.join(types)}",
                )
        if self.type in _LISTED and not self.values:
            yield Fault((), f"{self.type} 类型没有写 values", "请写 values: {代码: 名称, …}")
        for value in self.words.keys() - self.values.keys():
            yield Fault(("words", value), f"没有值 {value}", "请核对：words 的键是 values 的键")
        for name, limit in (("min", self.min), ("max", self.max)):
            if limit is not None and isinstance(limit, date) != (self.type == "date"):
                yield Fault(
                    (name,), f"{name} 与类型 {self.type} 不合", "日期请写 2020-02-24，其余写数"
                )
        if self._reversed():
            yield Fault(("max",), "max 小于 min", "请核对上下限")
        if len(ways := [name for name in ("derive", "table", "at") if getattr(self, name)]) > 1:
            yield Fault((ways[1],), f"{' 和 '.join(ways)} 只能写一种", "请留下一种")
        if self.pattern is not None:
            yield from self._pattern_faults(self.pattern)
        for index, row in enumerate(self.table[:-1]):
            if row.when is None:
                yield Fault(
                    ("table", index),
                    "没有 when，后面的行永远用不到",
                    "请移到最后，或者补上 when",
                )

    def _reversed(self) -> bool:
        if isinstance(self.min, date) and isinstance(self.max, date):
            return self.min > self.max
        if isinstance(self.min, Decimal) and isinstance(self.max, Decimal):
            return self.min > self.max
        return False

    def _pattern_faults(self, pattern: str) -> Iterator[Fault]:
        try:
            re.compile(pattern)
        except re.error as error:
            yield Fault(
                ("pattern",), f"正则表达式有误（{error}）", "请改正；反斜杠在双引号里要写两个"
            )


class FactAddition(Entry):
    """Further values of a fact that an extended pack declares."""

    fact: FactKey = Field(description="哪一项")
    values: dict[str, Text] = Field(min_length=1, description="增加的值：代码和名称")


class FactsFile(Entry):
    """facts/*.yaml."""

    facts: Items[Fact] = Field((), description="事实")
    add: Items[FactAddition] = Field((), description="给所扩展内容包的事实增加可选的值")
