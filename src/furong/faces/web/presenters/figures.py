"""Figures, dates and sums as they are written on a page."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

WEEKDAYS = "一二三四五六日"
WAN = Decimal(10_000)
YI = Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum: `number` and `unit` to read, `exact` (yuan and fen) for the title and for copying."""

    number: str
    unit: str
    exact: str
    lead: str = ""  # 约, 不超过

    @property
    def text(self) -> str:
        return f"{self.lead} {self.number} {self.unit}".strip()


def count(number: int) -> str:
    """12000 → 12,000."""
    return f"{number:,}"


def amount(minor: int, *, currency: str = "CNY", at_most: bool = False) -> Amount:
    """Minor units (fen) as 元 below ten thousand, 万元 and 亿元 above; 约 where digits were dropped."""
    major = Decimal(minor) / 100
    exact = f"{major:,.2f}"
    if currency != "CNY":
        return Amount(exact, currency, f"{exact} {currency}", _("不超过") if at_most else "")
    unit, name = (Decimal(1), _("元")) if abs(major) < WAN else (WAN, _("万元"))
    if abs(major) >= YI:
        unit, name = YI, _("亿元")
    shown = (major / unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
    lead = _("不超过") if at_most else _("约") if shown * unit != major else ""
    return Amount(plain(shown), name, f"{exact} {_('元')}", lead)


def plain(number: Decimal) -> str:
    """A number without needless zeros, thousands apart: 1,562.73."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str:
    """2020年3月2日; nothing for no date."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def moment(value: datetime | None) -> str:
    """2020年3月2日 09:42, in the district's zone (the one that the request activated)."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local.date())} {local:%H:%M}"


def clock(value: datetime) -> str:
    """3月2日 星期一 09:42: the district's time as the top bar shows it."""
    local = timezone.localtime(value)
    return f"{local.month}月{local.day}日 星期{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def window(start: date | None, end: date | None) -> str:
    """A span of days, both included."""
    if start and end:
        return f"{day(start)}至{day(end)}"
    if start:
        return _("%(day)s起") % {"day": day(start)}
    return _("至%(day)s") % {"day": day(end)} if end else ""
