"""Text that people sent: without what nobody can see, and no longer than its field."""

import re
import unicodedata

from django.db.models import CharField, Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal

type Text = str | Promise

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


def within(label: Text, text: str, most: int, *, lines: bool = False) -> str:
    """The cleaned text of a field of so many characters. Raises Refusal, which names the field."""
    made = clean(text, lines=lines)
    if len(made) > most:
        raise Refusal(
            _("“%(label)s”有 %(n)d 字，最多 %(most)d 字；请缩短后再提交")
            % {"label": label, "n": len(made), "most": most}
        )
    return made


def fitted(model: type[Model], name: str, text: str, *, lines: bool = False) -> str:
    """The cleaned text for a model's field. Raises Refusal where the field cannot hold it."""
    field = _field(model, name)
    return within(field.verbose_name, text, field.max_length or 0, lines=lines)


def longest(model: type[Model], name: str) -> int:
    """The characters that a model's text field can hold."""
    return _field(model, name).max_length or 0


def _field(model: type[Model], name: str) -> "CharField[str, str]":
    field = model._meta.get_field(name)  # noqa: SLF001 - Django's own public interface
    assert isinstance(field, CharField)
    return field
