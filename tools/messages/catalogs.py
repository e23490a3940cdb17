"""The two catalogs, made from the messages of the sources; and their files, text and compiled."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from opencc import OpenCC

from tools.messages.sources import SOURCE

LOCALE = SOURCE / "locale"
ENGLISH, TRADITIONAL = "en", "zh_Hant"
CONVERSION = "s2hk"
"""Traditional characters as Hong Kong writes them; the words stay those of the mainland's offices."""

HEADERS = {
    ENGLISH: "# English. Written by hand; `make messages` adds and removes messages.\n#",
    TRADITIONAL: "# Traditional Chinese. Made by `make messages` with OpenCC; do not edit.\n#",
}


def text_file(language: str, locale: Path = LOCALE) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def english(messages: Catalog, locale: Path = LOCALE) -> Catalog:
    """The messages with the translations that the committed catalog has for them, fuzzy ones marked."""
    catalog, held = _empty(ENGLISH), read(ENGLISH, locale)
    for message in real(messages):
        known = held.get(message.id, message.context)
        string = known.string if known and type(known.id) is type(message.id) else ""
        flags = message.flags | ({"fuzzy"} if known and known.fuzzy else set())
        _add(catalog, message, string or _blank(message, catalog), flags)
    return catalog


def traditional(messages: Catalog) -> Catalog:
    """Every message converted."""
    catalog, convert = _empty(TRADITIONAL), OpenCC(CONVERSION).convert
    for message in real(messages):
        first = message.id if isinstance(message.id, str) else message.id[0]
        string = convert(first)
        _add(catalog, message, string if isinstance(message.id, str) else (string,), message.flags)
    return catalog


def real(catalog: Catalog) -> Iterator[Message]:
    """The messages of a catalog without its header."""
    return (message for message in catalog if message.id)


def read(language: str, locale: Path = LOCALE) -> Catalog:
    """The committed catalog; an empty one where there is none."""
    path = text_file(language, locale)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def rendered(catalog: Catalog) -> dict[str, bytes]:
    """Suffix → content of the catalog's two files; the same messages give the same bytes."""
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalog, width=0, include_lineno=False)
    write_mo(compiled, catalog)
    return {".po": text.getvalue(), ".mo": compiled.getvalue()}


class Plain(Catalog):
    """A catalog whose header has neither date nor name: it changes when a message does."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def _empty(language: str) -> Catalog:
    return Plain(locale=language, header_comment=HEADERS[language], fuzzy=False)


def _add(catalog: Catalog, message: Message, string: str | Sequence[str], flags: set[str]) -> None:
    files = dict.fromkeys(file for file, _line in message.locations)
    catalog.add(
        message.id,
        string if isinstance(string, str) else tuple(string),
        locations=[(file, 0) for file in files],
        flags=sorted(flags),
        context=message.context,
    )


def _blank(message: Message, catalog: Catalog) -> str | tuple[str, ...]:
    return "" if isinstance(message.id, str) else ("",) * catalog.num_plurals
