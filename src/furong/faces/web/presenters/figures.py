"""Figures, dates and sums as they are written on a page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import dateformat, timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from furong.apps.registry.catalogue import currency as district_currency
from furong.apps.registry.catalogue import money_digits
from furong.faces.web.presenters.parts import Text
from furong.packs.currency import major, minor_units

type Scale = tuple[tuple[Decimal, Text], ...]
"""Units by what they count, the largest first; the last one is the yuan."""

CHINESE: Scale = (
    (Decimal(100_000_000), gettext_lazy("亿元")),
    (Decimal(10_000), gettext_lazy("万元")),
    (Decimal(1), gettext_lazy("元")),
)
ENGLISH: Scale = (
    (Decimal(1_000_000_000), "billion yuan"),
    (Decimal(1_000_000), "million yuan"),
    (Decimal(1), "yuan"),
)


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


def amount(minor: int, *, currency: str = "", at_most: bool = False) -> Amount:
    """Minor units of a currency, by default the district's, to read and exact; 约 where digits go.

    Fen as 元, 万元, 亿元, in English as yuan and millions; other money by its code.
    """
    code = currency or district_currency()
    digits = minor_units(code)
    value = major(minor, digits)
    exact = f"{value:,.{digits}f}"
    if code != "CNY":
        return Amount(exact, code, f"{exact} {code}", _("不超过") if at_most else "")
    scale = ENGLISH if (get_language() or "").startswith("en") else CHINESE
    unit, name = next((one for one in scale if abs(value) >= one[0]), scale[-1])
    shown = (value / unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
    lead = _("不超过") if at_most else _("约") if shown * unit != value else ""
    return Amount(plain(shown), str(name), f"{exact} {_('元')}", lead)


def typed(minor: int) -> str:
    """An amount as a person types it in a field: 12500, 12500.50."""
    value = major(minor, money_digits())
    whole = value.to_integral_value()
    return f"{whole:f}" if value == whole else f"{value:f}"


def money_unit() -> str:
    """What amounts are typed in: 元, or the code of another currency."""
    return _("元") if district_currency() == "CNY" else district_currency()


def plain(number: Decimal) -> str:
    """A number without needless zeros, thousands apart: 1,562.73."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str:
    """2020年3月2日; nothing for no date."""
    return dateformat.format(value, _("Y年n月j日")) if value else ""


def moment(value: datetime | None) -> str:
    """2020年3月2日 09:42, in the district's zone (the one that the request activated)."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local.date())} {local:%H:%M}"


def brief(value: datetime | None) -> str:
    """3月2日 09:42, where the year goes without saying."""
    return dateformat.format(timezone.localtime(value), _("n月j日 H:i")) if value else ""


def until(value: datetime | None) -> str:
    """3月2日 18:00 as a limit: the midnight that ends a day is that day's 24:00."""
    if value is None or timezone.localtime(value).time() != time.min:
        return brief(value)
    before = timezone.localtime(value) - timedelta(days=1)
    return dateformat.format(before, _("n月j日 H:i")).replace("00:00", "24:00")


def clock(value: datetime) -> str:
    """3月2日 星期一 09:42: the district's time as the top bar shows it."""
    local = timezone.localtime(value)
    return f"{weekday(local.date())} {local:%H:%M}"


def weekday(value: date) -> str:
    """3月2日 星期一."""
    return dateformat.format(value, _("n月j日 l"))


def window(start: date | None, end: date | None) -> str:
    """A span of days, both included."""
    if start and end:
        return _("%(start)s至%(end)s") % {"start": day(start), "end": day(end)}
    if start:
        return _("%(day)s起") % {"day": day(start)}
    return _("至%(day)s") % {"day": day(end)} if end else ""
