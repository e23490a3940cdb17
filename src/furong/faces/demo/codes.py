"""Credit codes that check, and that nobody has.

A 统一社会信用代码 (GB 32100-2015) has 18 characters: the registering body and the kind of body (2), the
division (6), the organisation (9) and a check character. Here the organisation reads `XNX` (虚拟,
"made up"), five characters that count the subjects in base 31, and its own check character by
GB 11714: no such organisation code was ever given out. Of other schemes a number is `XN`, the
division and eight digits.
"""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: without I, O, S, V, Z."""

MARK: Final = "XNX"
MAXIMUM: Final = 31**5
"""So many subjects have a code of their own."""

_WEIGHTS: Final = tuple(3**place % 31 for place in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(number: int, *, prefix: str, division: str) -> str:
    """The credit code of the subject with this number, counted from 0.

    >>> credit_code(0, prefix="91", division="990101")
    '91990101XNX000004F'
    """
    body = f"{prefix}{division}{_organisation(number)}"
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(body, _WEIGHTS, strict=True))
    return body + ALPHABET[-total % 31]


def other_number(number: int, *, division: str) -> str:
    """The number of a subject in a scheme of the pack's own."""
    return f"XN{division}{number:08d}"


def _organisation(number: int) -> str:
    """Eight characters and the check character of GB 11714."""
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, 31)
        digits = ALPHABET[digit] + digits
    body = MARK + digits
    total = sum(int(c, 36) * weight for c, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return body + "0123456789X0"[11 - total % 11]
