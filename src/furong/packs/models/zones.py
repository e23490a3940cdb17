"""zones/*.yaml: places, which may overlap, and the names of division codes."""

from typing import Annotated, Literal

from pydantic import Field

from furong.packs.models.base import Entry, Items, Text, Word, pattern_schema, word

ZoneKind = Literal["district", "street", "community", "park", "cluster", "business_circle"]


class Zone(Entry):
    """A place that work is divided by."""

    id: Word = Field(description="编号；有行政区划代码的用代码，加引号")
    kind: ZoneKind = Field(description="种类")
    name: Text = Field(description="名称")
    parent: Word | None = Field(None, description="上一级")
    overlaps: Items[Word] = Field((), description="与哪些地方有重叠")
    source: str = Field("", description="出处")
    note: str = Field("", description="备注")


_DIVISION = r"\d{2}(\d{2}(\d{2})?)?"

DivisionCode = Annotated[
    str,
    word(
        _DIVISION, "行政区划代码 {0!r} 不合规则", "请写两位（省）、四位（市州）或六位（县区）数字"
    ),
    pattern_schema(_DIVISION),
]


class Division(Entry):
    """The name of a province, a prefecture or a county, for people who do not read its code."""

    code: DivisionCode = Field(description="代码（GB/T 2260），加引号")
    name: Text = Field(description="名称，不带上级")


class ZonesFile(Entry):
    """zones/*.yaml."""

    zones: Items[Zone] = Field((), description="地方")
    divisions: Items[Division] = Field((), description="行政区划代码的名称")
