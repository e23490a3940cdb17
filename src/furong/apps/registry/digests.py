"""Digests of sets of rows, for the one journal entry that a set gets."""

import hashlib
import json
from collections.abc import Iterable


def digest_of(rows: Iterable[object]) -> str:
    """SHA-256 over the rows as one JSON array; what is not JSON stands as its text."""
    text = json.dumps([*rows], ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
