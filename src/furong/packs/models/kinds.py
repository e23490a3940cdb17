"""kinds/*.yaml: kinds of subject, and what is known of each."""

from pydantic import Field

from furong.packs.models.base import Entry, FactKey, Items, Text, Word


class Kind(Entry):
    """A kind of subject."""

    id: Word = Field(description="编号")
    label: Text = Field(description="名称")
    personal: bool = Field(False, description="是否自然人：加密存放，不进一般检索和导出")
    identifiers: Items[Word] = Field((), description="标识：uscc 为统一社会信用代码，或自定")
    facts: Items[FactKey] = Field((), description="登记哪些事实")
    note: str = Field("", description="备注")


class KindAddition(Entry):
    """Further facts and identifiers of a kind that an extended pack declares."""

    kind: Word = Field(description="哪一类主体")
    identifiers: Items[Word] = Field((), description="增加的标识")
    facts: Items[FactKey] = Field((), description="增加的事实")


class KindsFile(Entry):
    """kinds/*.yaml."""

    kinds: Items[Kind] = Field((), description="主体类别")
    add: Items[KindAddition] = Field((), description="给所扩展内容包的主体类别增加事实")
