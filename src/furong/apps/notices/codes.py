"""Codes of forwardings: sixteen signs that can be read out, half of them random, half a tag.

The tag is an HMAC under the installation's secret key. A code that was altered, cut off or made up
is told from a real one without a look at the tables, so that trying codes teaches nothing.
"""

import base64
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

_PART = 8  # signs of base32, 40 bits


def new_part() -> str:
    """A random part, for a new forwarding."""
    return _text(secrets.token_bytes(5))


def make(part: str) -> str:
    """The whole code of a random part."""
    digest = salted_hmac("furong.notices.codes", part, algorithm="sha256").digest()
    return part + _text(digest[:5])


def part_of(code: str) -> str | None:
    """The random part of a code; None where its tag does not fit. Capitals do not matter."""
    given = code.strip().lower()
    if not given.isascii() or len(given) != 2 * _PART:
        return None
    part = given[:_PART]
    return part if constant_time_compare(make(part), given) else None


def _text(five: bytes) -> str:
    return base64.b32encode(five).decode().lower()
