"""kinds/*.yaml: kinds of subject, what is known of each, by what numbers and ties."""

from pydantic import Field

from furong.packs.models.base import Entry, FactKey, Items, Text, Word


class IdentifierScheme(Entry):
    """A kind of number that tells one subject from others."""

    id: Word = Field(description="编号；uscc 为统一社会信用代码（GB 32100-2015），按标准校验")
    label: Text = Field(description="名称")
    note: str = Field("", description="备注")


class RelationKind(Entry):
    """A way in which one subject hangs together with another."""

    id: Word = Field(description="编号，如 tenant_of")
    label: Text = Field(description="从一方看的说法，如“入驻于”")
    inverse: Text = Field(description="从另一方看的说法，如“入驻单位”")
    note: str = Field("", description="备注")


class Kind(Entry):
    """A kind of subject."""

    id: Word = Field(description="编号")
    label: Text = Field(description="名称")
    personal: bool = Field(False, description="是否自然人：加密存放，不进一般检索和导出")
    identifiers: Items[Word] = Field((), description="用哪些标识")
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
    identifiers: Items[IdentifierScheme] = Field((), description="标识")
    relations: Items[RelationKind] = Field((), description="主体之间的关系")
    add: Items[KindAddition] = Field((), description="给所扩展内容包的主体类别增加事实")
