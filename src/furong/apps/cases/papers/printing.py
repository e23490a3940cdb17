"""A list by Typst: its text reaches Typst as JSON, so that nothing in it can be read as markup."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from furong.apps.cases.papers.content import ListContent
from furong.apps.notices.papers import fonts
from furong.apps.notices.papers.printing import PaperRefused, common

_SOURCES = Path(__file__).parent
_PPI = 216
"""360 points wide at 216 to the inch is 1080 pixels."""


def sheet(content: ListContent) -> bytes:
    """A4 as PDF, with room for a pen. Raises PaperRefused without a Chinese font."""
    return _set("list", "pdf", content)


def long_picture(content: ListContent) -> bytes:
    """All of it on one PNG, 1080 pixels wide. Raises PaperRefused without a Chinese font."""
    return _set("long", "png", content)


def _set(name: str, extension: Literal["pdf", "png"], content: ListContent) -> bytes:
    families = fonts.found()
    if not families:
        raise PaperRefused(str(fonts.MISSING))
    told = json.dumps({**asdict(content), "fonts": families}, ensure_ascii=False)
    inputs = {"content": told}
    made = typst.compile(_source(name), format=extension, ppi=_PPI, sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made


@cache
def _source(name: str) -> bytes:
    own = (_SOURCES / f"{name}.typ").read_text("utf-8")
    return f"{common()}\n{own}".encode()
