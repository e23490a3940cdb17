"""What is wrong with the messages: unwrapped words, and translations that lack or break something."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from babel.messages.catalog import Catalog, Message

from tools.messages.catalogs import real
from tools.messages.sources import Use

CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
"""A character, or a punctuation mark of the Chinese forms."""

QUOTED = re.compile(r"“([^”]*)”")

PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-zA-Z]|%[#0 +-]*[\d.]*[sdifr]|%%|\{\w*\}")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def of_catalog(messages: Catalog, translated: Catalog, language: str) -> Iterator[Problem]:
    """What a catalog lacks or breaks. messages: from the sources, with their lines."""
    for message in real(messages):
        file, line = message.locations[0]
        held = translated.get(message.id, message.context)
        for trouble in _troubles(message, held, translated.num_plurals):
            yield Problem(file, line, f"{language}: {trouble}: {_first(message)!r}")


def _troubles(message: Message, held: Message | None, forms: int) -> Iterator[str]:
    strings = _strings(held.string) if held else ()
    if not any(strings):
        yield "not translated"
        return
    assert held is not None
    if held.fuzzy:
        yield "marked fuzzy: check the translation and remove the mark"
    if not isinstance(message.id, str) and (len(strings) != forms or not all(strings)):
        yield f"{forms} plural forms are needed"
    wanted = placeholders(_first(message))
    for string in filter(None, strings):
        if placeholders(string) != wanted:
            yield f"placeholders differ in {string!r}"


def half_plural(found: Iterable[Use]) -> Iterator[Problem]:
    """Messages that are counted in one place and not in another: gettext would give the singular there."""
    every = list(found)
    counted = {(use.message[0], use.context) for use in every if isinstance(use.message, tuple)}
    for use in every:
        if (use.message, use.context) in counted:
            yield Problem(use.file, use.line, f"counted elsewhere, use ngettext: {use.message!r}")


def foreign_words(translated: Catalog, file: str) -> Iterator[Problem]:
    """Chinese characters in a catalog of another script, but for words that are quoted as they are.

    What people must type in Chinese, such as the words of a sheet, is quoted from the message.
    """
    for message in real(translated):
        for string in _strings(message.string):
            quoted = [word for word in QUOTED.findall(string) if word in _first(message)]
            if CHINESE.search(_without(string, quoted)):
                yield Problem(file, message.lineno or 0, f"Chinese left in {string!r}")


def _without(text: str, quoted: Iterable[str]) -> str:
    for word in quoted:
        text = text.replace(f"“{word}”", "")
    return text


def placeholders(text: str) -> Counter[str]:
    """%(name)s, %s, {name}: what is filled in; %% counts, as it must be written twice too."""
    return Counter(PLACEHOLDER.findall(text))


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ())
