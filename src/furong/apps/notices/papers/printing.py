"""Typst makes the papers; a paper once made is kept by what it was made of.

The text reaches Typst as JSON beside the source, so that nothing in it can be read as markup.
"""

import hashlib
import io
import json
import os
import tempfile
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import segno
import typst
from django.conf import settings

from furong.apps.base.errors import Refusal
from furong.apps.notices.papers import fonts
from furong.apps.notices.papers.content import Content

KEPT = 2000
"""Papers on the disk; beyond, the quarter that was made longest ago goes."""

_SOURCES = Path(__file__).parent


class Kind(StrEnum):
    """poster: 1080 pixels wide, for a phone. guide: A4. long: all of it on one picture."""

    POSTER = "poster"
    GUIDE = "guide"
    LONG = "long"

    @property
    def extension(self) -> Literal["pdf", "png"]:
        return "pdf" if self is Kind.GUIDE else "png"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is Kind.GUIDE else "image/png"


_PPI = 216
"""360 points wide at 216 to the inch is 1080 pixels."""


class PaperRefused(Refusal):
    """The paper cannot be printed here."""


def printed(kind: Kind, content: Content) -> bytes:
    """A paper, from the shelf if it was printed before. Raises PaperRefused without a Chinese font."""
    families = fonts.found()
    if not families:
        raise PaperRefused(str(fonts.MISSING))
    told = json.dumps({**asdict(content), "fonts": families}, ensure_ascii=False, sort_keys=True)
    place = _shelf() / f"{_digest(kind, told)}.{kind.extension}"
    if not place.exists():
        _keep(place, _set(kind, told, content.link))
    return place.read_bytes()


def _set(kind: Kind, told: str, link: str) -> bytes:
    return typst.compile(
        _source(kind),
        format=kind.extension,
        ppi=_PPI,
        sys_inputs={"content": told, "qr": _qr(link)},
    )


def _qr(link: str) -> str:
    """The code as SVG, with a quarter of it spare: paper gets dirty, pictures get small."""
    drawn = io.BytesIO()
    segno.make(link, error="q", micro=False).save(drawn, kind="svg", border=0, dark="#1f1d1a")
    return drawn.getvalue().decode()


@cache
def common() -> str:
    """What all papers share, as Typst reads it."""
    return (_SOURCES / "common.typ").read_text("utf-8")


@cache
def _source(kind: Kind) -> bytes:
    """The shared part and the kind's own, as one text: nothing is read from the disk by Typst."""
    own = (_SOURCES / f"{kind.value}.typ").read_text("utf-8")
    return f"{common()}\n{own}".encode()


def _digest(kind: Kind, told: str) -> str:
    made_of = (version("typst").encode(), _source(kind), told.encode())
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()


def _shelf() -> Path:
    folder = Path(settings.STATE_DIR) / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _keep(place: Path, paper: bytes) -> None:
    """Puts a paper on the shelf whole or not at all, and makes room for it."""
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix="new-", delete=False) as file:
        file.write(paper)
    Path(file.name).replace(place)
    kept = [one for one in os.scandir(place.parent) if one.name != place.name]
    if len(kept) >= KEPT:
        kept.sort(key=lambda one: one.stat().st_mtime)
        for one in kept[: KEPT // 4]:
            Path(one.path).unlink(missing_ok=True)
