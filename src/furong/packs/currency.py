"""ISO 4217: which currencies there are, and how many digits each has after the point."""

from decimal import Decimal
from typing import Final

_TWO: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD
HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW
"""
_NONE: Final = """
BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
"""
_THREE: Final = """
BHD IQD JOD KWD LYD OMR TND
"""
_DIGITS: Final = {
    code: digits for codes, digits in ((_NONE, 0), (_TWO, 2), (_THREE, 3)) for code in codes.split()
}

CURRENCIES: Final = tuple(sorted(_DIGITS))


def minor_units(currency: str) -> int:
    """Digits after the point of an amount of money. Raises KeyError for a currency there is not.

    >>> minor_units("CNY"), minor_units("JPY"), minor_units("KWD")
    (2, 0, 3)
    """
    return _DIGITS[currency]


def major(minor: int, digits: int) -> Decimal:
    """An amount of minor units in the currency itself.

    >>> major(1250, 2), major(1250, 0), major(1250, 3)
    (Decimal('12.50'), Decimal('1250'), Decimal('1.250'))
    """
    return Decimal(minor).scaleb(-digits)


def minor(amount: Decimal, digits: int) -> int:
    """An amount in minor units. Raises ValueError for one with more digits than the currency has.

    >>> minor(Decimal("12.5"), 2), minor(Decimal("12.0"), 0)
    (1250, 12)
    """
    scaled = amount.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than {digits} digits after the point")
    return int(scaled)
