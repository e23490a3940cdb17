"""What of a message's text is read: one spelling for what is written in several ways.

Nothing that a person can paste is refused: control characters, halves of surrogate pairs and
direction marks are dropped, and what is longer than a message is read from its beginning.
"""

import re
import unicodedata

TITLE_LIMIT = 200
BODY_LIMIT = 500
"""Characters that are read; the rest of a longer text adds cost and hardly ever another subject."""

_UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+"
)
_NUMBER = re.compile(r"[0-9]+")
_CODE = re.compile(r"[a-z]+0[a-z0]*|[a-z]{1,2}(?=[市州县区])")


def normalise(text: str, limit: int) -> str:
    """Text without spaces, widths and capitals; numbers are `0`, codes and masked places `a`.

    A number says which house, not what the matter is; `B2栋`, `湘A12345` and a place that was
    masked as `A3区` likewise.

    >>> normalise("Ａ3区 停车费 涨到\\n350元", 100)
    'a区停车费涨到0元'
    """
    seen = _UNSEEN.sub("", text[: 2 * limit])
    folded = unicodedata.normalize("NFKC", seen).casefold()
    masked = _CODE.sub("a", _NUMBER.sub("0", _UNSEEN.sub("", folded)))
    return masked[:limit]
