"""organisations/*.yaml: who does the work."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from furong.packs.models.base import Entry, Fault, Items, Text, Word

OrganisationKind = Literal[
    "headquarters", "government", "department", "street", "centre", "park", "bank", "association"
]


class Duty(Entry):
    """A clause of a duty list (职责清单), cited when a case is suggested to the organisation."""

    clause: Text = Field(description="职责清单条目，作为交办依据显示")
    words: Items[Text] = Field((), description="属于这一条的来件常用的词")
    categories: Items[Word] = Field((), description="属于这一条的类别：流程中类别事实的值")
    basis: Literal["stated", "statute", "assumed"] = Field(
        description="依据：原文写明、法规规定，或者假设（待核）"
    )
    source: str = Field("", description="出处；假设的不写")

    def faults(self) -> Iterator[Fault]:
        if self.basis != "assumed" and not self.source:
            yield Fault(("basis",), "写了依据，没有写 source", "请写出处；没有出处的写 assumed")


class Organisation(Entry):
    """A department, street office, centre, bank."""

    id: Word = Field(description="编号")
    name: Text = Field(description="全称")
    short: str = Field("", description="简称")
    kind: OrganisationKind = Field(description="种类")
    parent: Word | None = Field(None, description="上级单位")
    zone: Word | None = Field(None, description="管哪个地方")
    duties: Items[Duty] = Field((), description="职责清单")
    source: str = Field("", description="出处")
    note: str = Field("", description="备注")


class OrganisationsFile(Entry):
    """organisations/*.yaml."""

    organisations: Items[Organisation] = Field(description="单位")
