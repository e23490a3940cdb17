"""The arithmetic of the journal: canonical form, hashes, and the lines of an export.

Pure: neither Django nor a database. `docs/how-to/verify-the-journal.md` describes the same for
whoever writes it anew.

Canonical form: JSON in UTF-8, keys sorted by code point, no white space, no floats; strings escape
only `"`, `\\` and control characters. Trees are those of RFC 6962, section 2.1.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

_HASH = re.compile("[0-9a-f]{64}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ALGORITHMS = ("sha256", "sm3")
GENESIS = "0" * 64  # the root before the first batch
LEAF, NODE, BATCH = b"\x00", b"\x01", b"\x02"  # a leaf cannot pose as a node, nor either as a batch
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class NotCanonical(ValueError):
    """A value that the journal cannot write in one way only. `path` says where it stands."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path or '整个值'}：{why}")
        self.path = path


def canonical(value: object) -> bytes:
    """The one serialisation of `value`; `NotCanonical` for what has none."""
    _require_canonical(value, "", 0)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _require_canonical(value: object, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(path, f"嵌套超过 {MAX_DEPTH} 层，请把内容拆平")
    match value:
        case None | bool():
            return
        case int():
            if abs(value) > MAX_INTEGER:
                raise NotCanonical(path, "整数超出 64 位，请写成字符串")
        case str():
            _require_text(value, path)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise NotCanonical(path, f"键 {key!r} 不是字符串")
                _require_text(key, path)
                _require_canonical(item, f"{path}.{key}".lstrip("."), depth + 1)
        case list() | tuple():
            for index, item in enumerate(value):
                _require_canonical(item, f"{path}[{index}]", depth + 1)
        case float():
            raise NotCanonical(path, f"{value!r} 是浮点数，请写成整数（分）或字符串")
        case _:
            raise NotCanonical(path, f"{type(value).__name__} 不是 JSON 的值")


_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def _require_text(value: str, path: str) -> None:
    if _UNWRITABLE.search(value):
        raise NotCanonical(path, "文字里有空字符（NUL）或残缺的代理字符，请去掉")


def instant(moment: datetime) -> str:
    """UTC with six decimals: `2020-02-03T00:00:00.000000Z`. `moment` must be aware."""
    if moment.tzinfo is None:
        raise NotCanonical("", f"{moment.isoformat()} 没有时区")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def digest(algorithm: str, *parts: bytes) -> bytes:
    """32 bytes by SHA-256 or SM3 (GB/T 32905)."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"不认识的散列算法 {algorithm!r}，只有 {'、'.join(ALGORITHMS)}")
    return hashlib.new(algorithm, b"".join(parts)).digest()


def leaf_of(entry: object, algorithm: str) -> bytes:
    return digest(algorithm, LEAF, canonical(entry))


def merkle_root(leaves: Sequence[bytes], algorithm: str) -> bytes:
    """RFC 6962: pairs level by level, an odd last node moving up as it is. Not of no leaves."""
    nodes = list(leaves)
    while len(nodes) > 1:
        nodes = [
            left if right is None else digest(algorithm, NODE, left, right)
            for left, right in zip_longest(nodes[::2], nodes[1::2])
        ]
    return nodes[0]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A sealed run of entries, as exported. Hashes in lower-case hex, `sealed_at` an `instant`."""

    number: int
    first: int
    last: int
    algorithm: str
    merkle_root: str
    previous_root: str
    root: str
    sealed_at: str

    def __post_init__(self) -> None:
        for name in ("number", "first", "last"):
            if type(getattr(self, name)) is not int:
                raise ValueError(f"{name} 应是整数")
        for name in ("merkle_root", "previous_root", "root"):
            if not _HASH.fullmatch(str(getattr(self, name))):
                raise ValueError(f"{name} 应是 64 位小写十六进制数")
        if not _INSTANT.fullmatch(str(self.sealed_at)):
            raise ValueError("sealed_at 应形如 2020-02-03T00:00:00.000000Z")

    def expected_root(self) -> str:
        """H(0x02 || previous root || Merkle root || first || last || sealed_at)."""
        return digest(
            self.algorithm,
            BATCH,
            bytes.fromhex(self.previous_root),
            bytes.fromhex(self.merkle_root),
            self.first.to_bytes(8, "big"),
            self.last.to_bytes(8, "big"),
            self.sealed_at.encode("ascii"),
        ).hex()


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A sealed entry in its canonical fields, and the leaf that was kept with it (hex)."""

    entry: dict[str, Any]
    leaf: str

    def __post_init__(self) -> None:
        if type(self.entry.get("position")) is not int:
            raise ValueError("position 应是整数")

    @property
    def position(self) -> int:
        position: int = self.entry["position"]
        return position


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row or line that is no entry and no batch any more; `position` where it is known."""

    why: str
    position: int | None = None


type Line = EntryLine | BatchLine | Unreadable


def dump(line: EntryLine | BatchLine) -> bytes:
    """One line of an export, without its line feed."""
    if isinstance(line, EntryLine):
        return canonical({"entry": line.entry, "leaf": line.leaf})
    return canonical({"batch": asdict(line)})


def load(text: bytes) -> Line:
    """The reverse of `dump`; what is neither entry nor batch is `Unreadable`, with the reason."""
    try:
        match json.loads(text):
            case {"entry": dict() as entry, "leaf": str() as leaf}:
                return EntryLine(entry, leaf)
            case {"batch": dict() as batch}:
                return BatchLine(**{item.name: batch[item.name] for item in fields(BatchLine)})
    except (ValueError, RecursionError) as error:
        return Unreadable(str(error))
    except KeyError as error:
        return Unreadable(f"批次缺少 {error}")
    return Unreadable("既不是条目，也不是批次")
