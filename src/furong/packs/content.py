"""What a pack says as plain JSON values: the form that is exported, compared and digested.

Fields left at their defaults and sections without objects are left out, so that a later release of
this program, with more of them, gives an unchanged pack an unchanged digest.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from furong.packs.models.base import Entry
from furong.packs.models.facts import Fact


def plain(entry: Entry) -> dict[str, Any]:
    """One object as JSON values, keys as in its file."""
    made = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(entry, Fact) and entry.type == "money":
        made.pop("scale", None)  # the currency says it, not the fact's author
    return made


def name_of(identity: Any) -> str:
    """An object's name as text: `staff`, `CN01@1`."""
    return (
        "@".join(str(part) for part in identity) if isinstance(identity, tuple) else str(identity)
    )


def jsonable(value: Any) -> Any:
    """YAML's values as JSON's: exact decimals as text."""
    if isinstance(value, dict):
        return {key: jsonable(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [jsonable(inner) for inner in value]
    return value if value is None or isinstance(value, str | int) else str(value)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of JSON values in canonical form (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
