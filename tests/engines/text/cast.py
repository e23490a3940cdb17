"""Invented messages of enterprises that do not exist, and the categories they belong to."""

from furong.engines.text.grams import Message
from furong.engines.text.taxonomy import Label, Taxonomy
from furong.engines.text.training import Example

TAXONOMY = Taxonomy(
    (
        Label("loan", "贷款融资", ("贷款", "续贷", "授信", "利息", "资金周转")),
        Label("catering", "返岗就餐", ("就餐", "吃饭", "食堂", "盒饭", "订餐")),
        Label("traffic", "停车与交通", ("停车", "车位", "公交", "车库")),
        Label("supplies", "防疫物资", ("口罩", "消毒液", "酒精", "测温枪")),
        Label("other", "其他"),
    )
)

_PLACES = ("云梦阁", "青禾厂", "白鹭楼", "听雨轩", "星河坊", "松烟里", "竹影园", "镜湖店")
_SAID = {
    "loan": ("{}的贷款下月到期，请银行帮忙续贷", "{}流水少了，利息还不上，想展期", "{}缺周转资金，授信额度不够"),
    "catering": ("{}员工中午没地方吃饭", "{}食堂没有开，想订盒饭", "{}附近餐馆不开门，就餐难"),
    "traffic": ("{}门口停车太贵，车位不够", "{}车库不让进，员工的车没处停", "{}到地铁站没有公交"),
    "supplies": ("{}买不到口罩", "{}消毒液和酒精只够两天", "{}想要两支测温枪"),
}  # fmt: skip

EXAMPLES = [
    Example(Message(said.format(place), f"我们是{place}，{said.format('这里')}，盼回复。"), label)
    for place in _PLACES
    for label, all_said in _SAID.items()
    for said in all_said
]
"""96 of them, all labels in turn."""

ODD = [
    "", " ", "\x00", "\ud800", "\u202e口罩\u202c", "😀" * 3, "شكوى", "a" * 100_000, "口罩" * 50_000,
    "\ufdfa" * 100_000, "'; DROP TABLE cases; --", "𠮷野家", "\n\n\n", "0", "e\u0301" * 1000,
]  # fmt: skip
"""What anybody may paste."""
