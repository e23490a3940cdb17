"""Which packs a pack stands on, base first, and where packs are looked for."""

import os
from collections.abc import Iterator
from pathlib import Path

import furong
from furong.packs.folder import Folder, read_folder
from furong.packs.models.sections import MANIFEST
from furong.packs.problems import Problem, nearest

SEARCH_VARIABLE = "FURONG_PACKS"


def find_pack(name: str, *, beside: Path | None = None) -> Path | None:
    """The folder of the pack `name`, or None.

    Looked for in `beside`, then in the folders of the environment variable FURONG_PACKS (separated
    as PATH is), then among the packs that this package carries.
    """
    for directory in _search_path(beside):
        if (directory / name / MANIFEST).is_file():
            return (directory / name).resolve()
    return None


def known_packs(*, beside: Path | None = None) -> list[str]:
    """The names that `find_pack` would find."""
    return sorted(
        {
            manifest.parent.name
            for directory in _search_path(beside)
            for manifest in directory.glob(f"*/{MANIFEST}")
        }
    )


def carried_packs() -> Path:
    """The folder of the packs that come with this package."""
    package = Path(furong.__file__).parent
    inside = package / "_packs"  # of a wheel; in a checkout they stand at the root
    return inside if inside.is_dir() else package.parents[1] / "packs"


def _search_path(beside: Path | None) -> Iterator[Path]:
    if beside is not None:
        yield beside
    for part in os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep):
        if part:
            yield Path(part)
    yield carried_packs()


def locate(where: str | Path) -> Path | Problem:
    """The pack's folder for a path to it or to its pack.yaml, or for the name of a known pack."""
    path = Path(where)
    if path.name == MANIFEST and path.is_file():
        return path.resolve().parent
    if path.is_dir():
        return path.resolve()
    name = str(where)
    if found := find_pack(name):
        return found
    known = known_packs()
    remedy = nearest(name, known) or f"请写文件夹的路径，或者内容包的编号：{'、'.join(known)}"
    return Problem(path, 1, 1, "", f"没有找到内容包 {name}", remedy)


def read_chain(path: Path) -> list[Folder]:
    """The pack in `path` and all that it stands on, base first, each once.

    A pack that is missing or extends itself is a problem of the pack that names it.
    """
    return _Chain().read(path)


class _Chain:
    def __init__(self) -> None:
        self.done: dict[str, Folder] = {}
        self.open: list[str] = []

    def read(self, path: Path) -> list[Folder]:
        folder = read_folder(path)
        self.open.append(path.name)
        for index, name in enumerate(folder.manifest.extends if folder.manifest else ()):
            if name in self.open:
                circle = " → ".join([*self.open[self.open.index(name) :], name])
                _complain(folder, index, f"extends 成了圈：{circle}", "请去掉其中一个 extends")
            elif name not in self.done:
                self._extend(folder, index, name)
        self.open.pop()
        self.done[path.name] = folder
        return list(self.done.values())

    def _extend(self, folder: Folder, index: int, name: str) -> None:
        beside = folder.path.parent
        if found := find_pack(name, beside=beside):
            self.read(found)
            return
        remedy = nearest(name, known_packs(beside=beside)) or (
            f"请把它放在同一目录，或者用环境变量 {SEARCH_VARIABLE} 指出所在目录"
        )
        _complain(folder, index, f"没有找到内容包 {name}", remedy)


def _complain(folder: Folder, index: int, message: str, remedy: str) -> None:
    assert folder.manifest_source is not None
    folder.manifest_source.add(("extends", index), message, remedy)
    folder.hidden = True
