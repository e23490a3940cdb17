"""organisations/*.yaml: who does the work."""

from typing import Literal

from pydantic import Field

from furong.packs.models.base import Entry, Items, Text, Word

OrganisationKind = Literal[
    "headquarters", "government", "department", "street", "centre", "park", "bank", "association"
]


class Organisation(Entry):
    """A department, street office, centre, bank."""

    id: Word = Field(description="编号")
    name: Text = Field(description="全称")
    short: str = Field("", description="简称")
    kind: OrganisationKind = Field(description="种类")
    parent: Word | None = Field(None, description="上级单位")
    zone: Word | None = Field(None, description="管哪个地方")
    source: str = Field("", description="出处")
    note: str = Field("", description="备注")


class OrganisationsFile(Entry):
    """organisations/*.yaml."""

    organisations: Items[Organisation] = Field(description="单位")
