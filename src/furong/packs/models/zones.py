"""zones/*.yaml: places, which may overlap."""

from typing import Literal

from pydantic import Field

from furong.packs.models.base import Entry, Items, Text, Word

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


class ZonesFile(Entry):
    """zones/*.yaml."""

    zones: Items[Zone] = Field(description="地方")
