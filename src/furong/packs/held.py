"""The packs that this process has loaded: one is read anew only after its files changed.

Reading a chain takes a second, comparing its files with what was read a few milliseconds.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from furong.packs.chain import find_pack
from furong.packs.pack import Pack

MOST: Final = 4
"""How many packs are kept; the one that was asked for longest ago goes first."""

type Files = Mapping[Path, str]
"""File → SHA-256 (hex) of what was read from it."""


class _Held(NamedTuple):
    pack: Pack
    files: Files


_held: OrderedDict[Path, _Held] = OrderedDict()
_lock = Lock()


def hold(path: Path, load: Callable[[], tuple[Pack, Files]]) -> Pack:
    """The pack in `path`: as it was loaded before, where nothing changed since, else by `load`.

    One thread loads at a time; what `load` raises is raised, and nothing is kept.
    """
    with _lock:
        if (held := _held.get(path)) is None or not _is_fresh(held):
            _held.pop(path, None)
            held = _held[path] = _Held(*load())
        _held.move_to_end(path)
        while len(_held) > MOST:
            _held.popitem(last=False)
        return held.pack


def _is_fresh(held: _Held) -> bool:
    """Whether the chain would be read from the same files, with the same text."""
    return _chain_stands(held.pack) and _files_in(held.pack.folders) == held.files


def _chain_stands(pack: Pack) -> bool:
    return all(
        find_pack(name, beside=folder.parent) in pack.folders
        for folder, manifest in zip(pack.folders, pack.chain, strict=True)
        for name in manifest.extends
    )


def _files_in(folders: Iterable[Path]) -> dict[Path, str] | None:
    """The files as they are now; None where one cannot be read."""
    try:
        return {
            file: hashlib.sha256(file.read_bytes()).hexdigest()
            for folder in folders
            for file in folder.rglob("*.yaml")
            if not any(part.startswith(".") for part in file.relative_to(folder).parts)
        }
    except OSError:
        return None
