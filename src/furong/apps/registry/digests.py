"""Digests of sets of rows, for the one journal entry that a set gets."""

import hashlib
import json
from collections.abc import Iterable


def digest_of(rows: Iterable[object]) -> str:
    """SHA-256 over the rows as JSON, a line each; what is not JSON stands as its text."""
    digest = hashlib.sha256()
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=str)
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()
