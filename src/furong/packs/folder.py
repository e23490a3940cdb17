"""One pack's folder, read: its manifest, its objects with their places, and every fault of form.

An object that is faulty is left out, but its name is kept, so that one fault does not make every
reference to the object a fault too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from furong.packs.models.base import Entry
from furong.packs.models.calendars import Calendar
from furong.packs.models.exclusions import Exclusions
from furong.packs.models.manifest import Manifest
from furong.packs.models.policies import Document
from furong.packs.models.procedures import Procedure
from furong.packs.models.sections import (
    CHECKED_PLAIN,
    EARLIER,
    FILES,
    MANIFEST,
    NOUN_OF,
    ONE_A_FILE,
    PLAIN_FOLDERS,
    Noun,
    entries,
)
from furong.packs.problems import PathInFile, Problem, nearest
from furong.packs.source import Source, read
from furong.packs.validation import models_in, validate

_FOLDERS: Final = (*FILES, *PLAIN_FOLDERS)
_PAPERS: Final = ("README", "LICENSE", "CHANGELOG")
_NAMES_ITS_FILE: Final[Mapping[type[Entry], str]] = {
    Document: "id",
    Calendar: "calendar",
    Procedure: "procedure",
    Exclusions: "procedure",
}


class Item[M: Entry](NamedTuple):
    """An object and where it stands."""

    entry: M
    source: Source
    path: PathInFile

    def complain(
        self, at: PathInFile, message: str, remedy: str, *, column: int | None = None
    ) -> None:
        """Note a fault at `at` inside this object."""
        self.source.add((*self.path, *at), message, remedy, column=column)

    @property
    def place(self) -> str:
        """`zones/streets.yaml 第 12 行`, for a message elsewhere."""
        file = self.source.file
        return f"{file.parent.name}/{file.name} 第 {self.source.place(self.path).line} 行"


@dataclass(slots=True)
class Folder:
    """A pack as read from disk, alone: what it extends is not looked at yet."""

    path: Path
    manifest: Manifest | None = None
    manifest_source: Source | None = None
    sources: list[Source] = field(default_factory=list)
    items: list[Item[Entry]] = field(default_factory=list)
    faulty: list[tuple[Noun, Any]] = field(default_factory=list)
    plain: dict[str, dict[str, Source]] = field(default_factory=dict)
    earlier: dict[tuple[str, int], Procedure] = field(default_factory=dict)
    stray: list[Problem] = field(default_factory=list)
    hidden: bool = False
    """Whether something that may hold objects could not be read, so that they are not even named."""

    @property
    def problems(self) -> Iterator[Problem]:
        yield from self.stray
        for source in self.sources:
            yield from source.problems

    @property
    def complete(self) -> bool:
        """Whether every object of the pack is at least known by name."""
        return (
            not self.hidden
            and self.manifest is not None
            and all(source.parsed for source in self.sources)
        )

    def of[M: Entry](self, model: type[M]) -> Iterator[Item[M]]:
        """The sound objects of one class, in file order."""
        for item in self.items:
            if isinstance(item.entry, model):
                yield Item(item.entry, item.source, item.path)


def read_folder(path: Path) -> Folder:
    """Read a pack's folder. Nothing is raised: what is wrong stands in its `problems`."""
    folder = Folder(path)
    for entry in _visible(folder, path):
        if entry.name == MANIFEST and entry.is_file():
            folder.manifest_source = _read(folder, entry)
        elif entry.is_dir() and entry.name in _FOLDERS:
            for file in _visible(folder, entry):
                _read_section_file(folder, entry.name, file)
        elif not entry.name.startswith(_PAPERS):
            _stray(folder, entry, "内容包里没有这个名称", _right_name(entry))
    if folder.manifest_source is None:
        _stray(
            folder, path / MANIFEST, f"文件夹里没有 {MANIFEST}", "请写一个，说明编号、版本、名称"
        )
    elif folder.manifest_source.parsed:
        folder.manifest = validate(Manifest, folder.manifest_source)
    if folder.manifest and folder.manifest.id != path.name:
        assert folder.manifest_source is not None
        folder.manifest_source.add(
            ("id",), f"编号 {folder.manifest.id} 与文件夹名 {path.name} 不同", "请改成一样"
        )
    return folder


def _visible(folder: Folder, directory: Path) -> Iterator[Path]:
    """What a directory holds, by name; hidden files are no part of a pack, nor what lies outside."""
    try:
        held = sorted(directory.iterdir())
    except OSError as error:
        _stray(folder, directory, f"读不出这个文件夹：{error.strerror}", "请检查读取权限")
        return
    for entry in held:
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        if entry.is_symlink() and not entry.resolve().is_relative_to(folder.path.resolve()):
            _stray(folder, entry, "符号链接指向内容包之外", "请把文件复制进来，不用链接")
        elif entry.is_symlink() and not entry.exists():
            _stray(folder, entry, "符号链接指向的文件不存在", "请删去链接，或者补上文件")
        else:
            yield entry


def _right_name(entry: Path) -> str:
    names = [f"{name}/" for name in _FOLDERS] if entry.is_dir() else [MANIFEST]
    name = f"{entry.name}/" if entry.is_dir() else entry.name
    return nearest(name, names) or f"可用的：{MANIFEST}、{'、'.join(f'{n}/' for n in _FOLDERS)}"


def _read_section_file(folder: Folder, section: str, file: Path) -> None:
    if file.is_dir():
        _stray(folder, file, f"{section}/ 里不再分文件夹", f"请把文件移到 {section}/ 下")
    elif file.suffix != ".yaml" or not file.is_file():
        renamable = file.is_file() and file.suffix.lower() in (".yml", ".yaml")
        remedy = f"请改名为 {file.stem}.yaml" if renamable else "请移走"
        _stray(folder, file, f"{section}/ 里只放 .yaml 文件", remedy)
    else:
        source = _read(folder, file)
        if source.parsed and section in PLAIN_FOLDERS:
            folder.plain.setdefault(section, {})[file.stem] = source
            if section in CHECKED_PLAIN:
                _keep_objects(folder, CHECKED_PLAIN[section], source)
            elif section == EARLIER:
                _keep_earlier(folder, source)
        elif source.parsed:
            _keep_objects(folder, FILES[section], source)


def _read(folder: Folder, file: Path) -> Source:
    source = read(file)
    folder.sources.append(source)
    if source.parsed and not isinstance(source.data, dict):
        source.add((), "文件最外层应是键和值", "请写“键: 值”，冒号用半角、后面空一格")
        source.parsed = False
    return source


def _keep_objects(folder: Folder, model: type[Entry], source: Source) -> None:
    file = validate(model, source)
    found = entries(file) if file else _sound_parts(folder, model, source.data)
    for path, entry in found:
        folder.items.append(Item(entry, source, path))
        _check_file_name(entry, path, source)


def _keep_earlier(folder: Folder, source: Source) -> None:
    """An earlier version of a procedure: only its shape is checked, it was sound in its day."""
    one = validate(Procedure, source)
    if one is None:
        return
    folder.earlier[one.procedure, one.version] = one
    if source.file.stem != (name := earlier_name(one.procedure, one.version)):
        source.add(
            ("procedure",),
            f"这是 {one.procedure} 第 {one.version} 版，文件名是 {source.file.name}",
            f"请把文件改名为 {name}.yaml",
        )


def earlier_name(procedure: str, version: int) -> str:
    """What the file of an earlier version is called, without its ending."""
    return f"{procedure}-{version}"


def _check_file_name(entry: Entry, path: PathInFile, source: Source) -> None:
    """Documents, calendars, procedures and their exclusions have a file each, named after them."""
    key = _NAMES_ITS_FILE.get(type(entry))
    if key and (name := getattr(entry, key)) != source.file.stem:
        source.add(
            (*path, key),
            f"编号 {name} 与文件名 {source.file.name} 不同",
            f"请把文件改名为 {name}.yaml，或者改编号",
        )


def _sound_parts(
    folder: Folder, model: type[Entry], data: Mapping[str, Any]
) -> Iterator[tuple[PathInFile, Entry]]:
    """Of a faulty file, the objects that are sound; the names of the others are noted."""
    if model in ONE_A_FILE:
        _note_faulty(folder, NOUN_OF.get(model), data)
        return
    for name, info in model.model_fields.items():
        part = next(models_in(info.annotation))
        raw = data.get(name)
        places: list[tuple[PathInFile, Any]] = [((name,), raw)]
        if isinstance(raw, list):
            places = [((name, index), item) for index, item in enumerate(raw)]
        for path, item in places:
            try:
                yield path, part.model_validate(item)
            except ValidationError:
                _note_faulty(folder, NOUN_OF.get(part), item)


def _note_faulty(folder: Folder, noun: Noun | None, data: Any) -> None:
    if noun and isinstance(data, Mapping):
        folder.faulty.append((noun, noun.identify(data)))


def _stray(folder: Folder, path: Path, message: str, remedy: str) -> None:
    folder.stray.append(Problem(path, 1, 1, "", message, remedy))
    folder.hidden = folder.hidden or path.is_dir() or path.suffix.lower() in (".yaml", ".yml")
