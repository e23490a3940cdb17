"""Fonts for Chinese text. They are the machine's; the check at the start names a missing one."""

from functools import cache

import typst
from django.utils.translation import gettext_lazy as _

FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
"""In the order in which papers prefer them."""

REMEDY = "On Debian and Ubuntu: apt-get install fonts-noto-cjk."
MISSING = _("服务器没有中文字体，印不出海报。请系统管理员安装 fonts-noto-cjk 后重启服务")


@cache
def found() -> tuple[str, ...]:
    """Those of FAMILIES that are installed."""
    installed = {family.lower() for family in typst.Fonts().families()}
    return tuple(family for family in FAMILIES if family.lower() in installed)
