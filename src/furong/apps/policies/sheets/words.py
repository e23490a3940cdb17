"""The words of a policy sheet. They are the file's format, the same in every language of the interface."""

from collections.abc import Mapping
from typing import Final

# fmt: off
LEVELS: Final[Mapping[str, str]] = {
    "国家": "national", "省": "provincial", "市": "city", "区": "district",
    "国": "national", "国家级": "national", "省级": "provincial", "市级": "city", "区级": "district",
    "区县": "district", "县": "district",
}
DOORS: Final[Mapping[str, str]] = {
    "免申即享": "automatic", "即申即享": "instant", "申报": "application",
    "申请": "application", "自行申报": "application", "申报享受": "application",
}
BENEFITS: Final[Mapping[str, str]] = {
    "免征": "exempt", "减征": "reduce", "缓缴": "defer", "税前扣除": "deduction", "返还": "refund",
    "补贴": "subsidy", "奖励": "reward", "贴息": "interest", "救助": "relief", "服务": "service",
    "融资支持": "finance", "一事一议": "decision",
    "补助": "subsidy", "免收": "exempt", "减免": "reduce", "延期缴纳": "defer",
}
PERS: Final[Mapping[str, str]] = {
    "每家": "enterprise", "每月": "month", "每年": "year", "每人": "person",
    "每户": "enterprise", "每企业": "enterprise",
}
ROUNDINGS: Final[Mapping[str, str]] = {
    "四舍五入": "half_up", "四舍六入五成双": "half_even", "进位": "up", "舍去": "down",
}
SOURCES: Final[Mapping[str, str]] = {
    "官方": "official", "报道": "press", "转载": "mirror",
}
# fmt: on

YES: Final = frozenset({"是", "√", "✓", "✔", "1", "true", "yes", "y", "有"})
NO: Final = frozenset({"否", "×", "0", "false", "no", "n", "无"})

LIST, CASES, LOST, HELP = "政策清单", "样例", "未能写入表格", "填写说明"
REASON = "未导入原因"
CONDITION = "条件"
EVERY = "、"
EMPTY_SET = "（空集）"
UNKNOWN = "未知"
