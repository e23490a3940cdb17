"""Telling readers apart for a day without knowing who they are.

A reader is a hash of address and browser under a random secret of the day; the secret is destroyed
when the next day begins, and with it the way back. Neither address nor browser is stored.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import date

from furong.apps.notices.models import ReaderSalt

_PROGRAMS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|fetch|scan|monitor|headless|facebookexternalhit|curl|wget|"
    r"python|java/|go-http|okhttp|httpclient|axios|libwww|postman",
    re.IGNORECASE,
)
_ASKING_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def reader_of(address: str, agent: str, *, day: date) -> str:
    """The hash of a visitor of a day: 16 hexadecimal digits."""
    told = f"{address}\0{agent}".encode()
    return hashlib.blake2b(told, key=_salt(day), digest_size=8).hexdigest()


def is_program(agent: str, headers: Mapping[str, str]) -> bool:
    """Whether a program fetches the page to show a picture of it, or ahead of a reader."""
    ahead = " ".join(headers.get(name, "") for name in _ASKING_AHEAD)
    return not agent or bool(_PROGRAMS.search(agent)) or "pre" in ahead.lower()


def _salt(day: date) -> bytes:
    kept, made = ReaderSalt.objects.get_or_create(
        day=day, defaults={"salt": secrets.token_bytes(32)}
    )
    if made:
        ReaderSalt.objects.exclude(day=day).delete()
    return bytes(kept.salt)
