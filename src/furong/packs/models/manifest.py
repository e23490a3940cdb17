"""pack.yaml: who a pack is and which packs it extends."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field

from furong.packs.currency import CURRENCIES
from furong.packs.models.base import Entry, Fault, Items, Moment, Text, Word
from furong.packs.problems import nearest

Level = Literal["national", "provincial", "city", "district"]

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class District(Entry):
    """The district's name as its screens show it."""

    name: Text = Field(description="全称，如 某市某区")
    short: Text = Field(description="简称，如 某区")


class Manifest(Entry):
    """pack.yaml."""

    id: Word = Field(description="内容包编号，与文件夹同名")
    version: Text = Field(description="版本，如 1.0.0")
    title: Text = Field(description="名称")
    language: Text = Field(description="内容所用语言，如 zh-Hans、en")
    extends: Items[Word] = Field((), description="在哪些内容包之上")
    level: Level = Field(description="层级")
    jurisdiction: str = Field("", description='行政区划代码（GB/T 2260），加引号；"" 为全国')
    district: District | None = Field(None, description="区县名称；level 为 district 时必填")
    timezone: Text | None = Field(None, description="IANA 时区，如 Asia/Shanghai")
    currency: Text | None = Field(None, description="ISO 4217 币种，如 CNY；金额有几位小数由它定")
    clock: Moment | None = Field(None, description="演示从什么时候开始")
    note: str = Field("", description="备注")

    def faults(self) -> Iterator[Fault]:
        if not _VERSION.fullmatch(self.version):
            yield Fault(("version",), f"版本 {self.version!r} 不合规则", "请写成三段数字，如 1.0.0")
        if not _LANGUAGE.fullmatch(self.language):
            yield Fault(
                ("language",), f"语言 {self.language!r} 不合规则", "请写成 zh-Hans、en 这样的代码"
            )
        if self.currency and self.currency not in CURRENCIES:
            yield Fault(
                ("currency",),
                f"ISO 4217 里没有币种 {self.currency}",
                nearest(self.currency.upper(), CURRENCIES) or "请写三个大写字母，如 CNY",
            )
        if self.timezone and (remedy := _unknown_zone(self.timezone)):
            yield Fault(("timezone",), f"没有时区 {self.timezone}", remedy)
        if self.level == "district" and self.district is None:
            yield Fault(
                (), "区县一级的内容包没有写 district", "请写 district: {name: 全称, short: 简称}"
            )
        if len(set(self.extends)) < len(self.extends):
            yield Fault(("extends",), "同一个内容包写了两次", "请删去重复的一个")


def _unknown_zone(name: str) -> str:
    """What to write in place of a time zone that does not exist; "" where it does."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        close = get_close_matches(name, available_timezones(), n=1)
        return f"是否想写 {close[0]}？" if close else "请写 IANA 名称，如 Asia/Shanghai"
    return ""
