"""Tokens of Chinese and Latin text, the same for what is stored and what is asked.

A run of Chinese characters becomes its overlapping pairs and its last character: `停车费` gives
`停车 车费 费`. So a word of two characters is found anywhere, one character is a prefix, and a
longer query is the conjunction of its pairs. Latin words, numbers and codes stay whole and are
asked by prefix. Names are also spelled in pinyin, whole and by initials, from every character on.

Tokens hold neither spaces nor ASCII punctuation: joined by spaces they can be stored as they are.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

QUERY_LIMIT = 64
"""Characters of a query that are read; the rest adds nothing that a person would notice."""

SPELLED = 12
"""Characters that one spelling covers: nobody types the initials of more."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")
_BRACKET = re.compile(rf"(?<=[{_HAN}])[()]+|[()]+(?=[{_HAN}])")


class Term(NamedTuple):
    """One condition of a query: a token, or a token's beginning."""

    token: str
    prefix: bool


def index_tokens(text: str) -> list[str]:
    """Distinct tokens of a stored text, in order of appearance.

    >>> index_tokens("东街置业 B2-301")
    ['东街', '街置', '置业', '业', 'b2', '301']
    """
    tokens: dict[str, None] = {}
    for han, word in _runs(text):
        if word:
            tokens[word] = None
        else:
            tokens.update(dict.fromkeys(map("".join, pairwise(han))))
            tokens[han[-1]] = None
    return list(tokens)


def query_tokens(text: str) -> list[Term]:
    """What a text must match, all of it; empty where nothing in it can be searched for.

    >>> query_tokens("停车 frzy")
    [Term(token='停车', prefix=False), Term(token='frzy', prefix=True)]
    """
    terms: dict[Term, None] = {}
    for han, word in _runs(text[:QUERY_LIMIT]):
        if word:
            terms[Term(word, _asks_prefix(word))] = None
        elif len(han) == 1:
            terms[Term(han, True)] = None
        else:
            pairs = map("".join, pairwise(han))
            terms.update(dict.fromkeys(Term(pair, False) for pair in pairs))
    return list(terms)


def spelling_tokens(name: str) -> list[str]:
    """Pinyin and initials of a name from each of its characters on, to be found by prefix.

    >>> spelling_tokens("停车场")
    ['tingchechang', 'tcc', 'chechang', 'cc', 'chang', 'c']
    """
    syllables: list[str] = []
    initials: list[str] = []
    for han, word in _runs(name):
        read = [word] if word else list(_syllables(han))
        syllables += read
        initials += read if word else [syllable[0] for syllable in read]
    tokens: dict[str, None] = {}
    for whole, short in zip(_tails(syllables), _tails(initials), strict=True):
        tokens[whole] = None
        tokens[short] = None
    return list(tokens)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """(Chinese run, "") or ("", word); brackets inside Chinese text do not part it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    for match in _RUN.finditer(_BRACKET.sub("", folded)):
        yield match[1] or "", match[2] or ""


def _asks_prefix(word: str) -> bool:
    """A beginning is asked for from two letters on, of numbers and codes from four characters."""
    return len(word) >= (2 if word.isalpha() else 4)


def _tails(parts: list[str]) -> Iterator[str]:
    """Each part joined with up to SPELLED - 1 that follow it."""
    joined = "".join(parts)
    ends = list(accumulate(map(len, parts)))
    for index, part in enumerate(parts):
        yield joined[ends[index] - len(part) : ends[min(index + SPELLED, len(parts)) - 1]]


def _syllables(han: str) -> Iterator[str]:
    """Toneless syllables; a known word of two characters decides its readings (银行, 大厦)."""
    index = 0
    while index < len(han):
        pair = han[index : index + 2]
        if pair in PHRASES_DICT:
            yield from _read(pair)
            index += 2
        else:
            yield from _read(han[index])
            index += 1


@cache
def _read(han: str) -> tuple[str, ...]:
    """A syllable for each of one or two characters; one without a reading stands for itself.

    The characters and pairs of the dictionary bound the cache.
    """
    return tuple(lazy_pinyin(han))
