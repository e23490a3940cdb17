"""exclusions/*.yaml: on which grounds a case may be left out of a unit's rates, and who decides it."""

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from furong.packs.models.base import Entry, Fault, Items, Text, Word
from furong.packs.models.procedures.head import Basis, Limit

RATES: Final = {"solved": "confirmed_solved", "satisfied": "satisfaction"}
"""The rates that go by an answer of who raised a case, and the fact that holds it."""


class Ground(Entry):
    """A ground on which a case may be left out (剔除情形)."""

    label: Text = Field(description="情形")
    shows: Text = Field(description="须附的佐证材料")
    rates: Items[Word] = Field((), description="只可从哪些率中剔除；不写为各项")


class Exclusions(Entry):
    """exclusions/*.yaml."""

    procedure: Word = Field(description="哪个流程，与文件同名")
    decided_by: Items[Word] = Field(
        min_length=1, description="由哪家单位审定；申请单位自己不审，由后一家审"
    )
    limit: Limit = Field(description="几时以前审定")
    basis: Basis = Field(description="依据")
    source: str = Field("", description="出处；假设的不写")
    rates: dict[Word, Text] = Field(
        min_length=1, description="哪些率：solved、satisfied，或者流程里的时限"
    )
    grounds: dict[Word, Ground] = Field(min_length=1, description="剔除情形")
    notes: Items[Text] = Field((), description="备注")

    def faults(self) -> Iterator[Fault]:
        if self.limit.until is not None:
            yield Fault(("limit",), "审定时限要写多久", "请写 natural、working，不写 until")
        for name in ("natural", "working"):
            if isinstance(getattr(self.limit, name), dict):
                yield Fault(("limit", name), "审定时限不分缓急", "请只写一个，如 5d")
        if self.basis != "assumed" and not self.source:
            yield Fault(("basis",), "写了依据，没有写 source", "请写出处；没有出处的写 assumed")
        for name, ground in self.grounds.items():
            for place, rate in enumerate(ground.rates):
                if rate not in self.rates:
                    yield Fault(
                        ("grounds", name, "rates", place),
                        f"没有 {rate} 这一项率",
                        f"可用的：{'、'.join(self.rates)}",
                    )

    def grounds_for(self, rate: str) -> dict[str, Ground]:
        """The grounds on which a case may be left out of one rate."""
        return {
            code: one for code, one in self.grounds.items() if not one.rates or rate in one.rates
        }
