"""Sections of GB/T 4754-2017, the national classification of industries."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from furong.faces.web.presenters.parts import Text

SECTIONS: dict[str, Text] = {
    "A": _("农、林、牧、渔业"),
    "B": _("采矿业"),
    "C": _("制造业"),
    "D": _("电力、热力、燃气及水生产和供应业"),
    "E": _("建筑业"),
    "F": _("批发和零售业"),
    "G": _("交通运输、仓储和邮政业"),
    "H": _("住宿和餐饮业"),
    "I": _("信息传输、软件和信息技术服务业"),
    "J": _("金融业"),
    "K": _("房地产业"),
    "L": _("租赁和商务服务业"),
    "M": _("科学研究和技术服务业"),
    "N": _("水利、环境和公共设施管理业"),
    "O": _("居民服务、修理和其他服务业"),
    "P": _("教育"),
    "Q": _("卫生和社会工作"),
    "R": _("文化、体育和娱乐业"),
    "S": _("公共管理、社会保障和社会组织"),
    "T": _("国际组织"),
}


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry as lists show it: its section's name, and the code beneath."""

    code: str

    @property
    def name(self) -> str:
        return str(SECTIONS.get(self.code[:1], ""))


def industry(code: str) -> str:
    """C3360 制造业; the code alone where it is of no section."""
    return f"{code} {Industry(code).name}".strip()
