"""Text that people sent: without what nobody can see, and no longer than its field."""

import re
import unicodedata

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def clean(text: str, *, lines: bool = True) -> str:
    """Text without control characters, lone surrogates and marks that turn the direction of what
    follows; line breaks stay where there may be lines.
    """
    kept = []
    for sign in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        category = unicodedata.category(sign)
        if sign == "\n" and lines:
            kept.append(sign)
        elif category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category == "Cs" or (category == "Cf" and sign in _TURNING):
            continue
        else:
            kept.append(sign)
    return re.sub(r"[ \t]+\n", "\n", "".join(kept)).strip()


def fitted(label: str, text: str, most: int, *, lines: bool = False) -> str:
    """The cleaned text of a field of so many characters. Raises Refusal, which names the field."""
    made = clean(text, lines=lines)
    if len(made) > most:
        raise Refusal(
            _("“%(label)s”有 %(n)d 字，最多 %(most)d 字；请缩短后再提交")
            % {"label": label, "n": len(made), "most": most}
        )
    return made
