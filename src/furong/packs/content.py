"""What a pack says as plain JSON values: the form that is exported, compared and digested.

Fields left at their defaults are left out, so that a later release of this program, with more
fields, gives an unchanged pack an unchanged digest.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from furong.packs.models.base import Entry
from furong.packs.models.sections import NOUNS

if TYPE_CHECKING:
    from furong.packs.pack import Pack


def plain(entry: Entry) -> dict[str, Any]:
    """One object as JSON values, keys as in its file."""
    return entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def name_of(identity: Any) -> str:
    """An object's name as text: `staff`, `CN01@1`."""
    return (
        "@".join(str(part) for part in identity) if isinstance(identity, tuple) else str(identity)
    )


def objects(pack: "Pack", section: str) -> dict[str, dict[str, Any]]:
    """The objects of one section by name, each with the document that it comes from, if any."""
    made = {name_of(key): plain(entry) for key, entry in getattr(pack, section).items()}
    if section == "policies":
        for policy in pack.policies.values():
            made[name_of(policy.key)]["document"] = pack.document_of(policy).id
    return made


def content(pack: "Pack") -> dict[str, Any]:
    """All that the chain says, by section and name."""
    return {
        "pack": plain(pack.manifest),
        "chain": [f"{manifest.id}@{manifest.version}" for manifest in pack.chain],
        **{noun.section: objects(pack, noun.section) for noun in NOUNS},
        **{folder: _jsonable(files) for folder, files in pack.plain.items()},
    }


def digest(pack: "Pack") -> str:
    """SHA-256 (hex) of `content`, in canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content(pack), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _jsonable(value: Any) -> Any:
    """YAML's values as JSON's: exact decimals as text."""
    if isinstance(value, dict):
        return {key: _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_jsonable(inner) for inner in value]
    return value if value is None or isinstance(value, str | int) else str(value)
