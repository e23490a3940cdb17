"""The sections of a pack: which folder holds which model, and how its objects are identified."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from furong.packs.models.base import Entry
from furong.packs.models.calendars import Calendar
from furong.packs.models.exclusions import Exclusions
from furong.packs.models.facts import Fact, FactsFile
from furong.packs.models.kinds import IdentifierScheme, Kind, KindsFile, RelationKind
from furong.packs.models.manifest import Manifest
from furong.packs.models.organisations import Organisation, OrganisationsFile
from furong.packs.models.policies import Document, PoliciesFile, Policy
from furong.packs.models.procedures import Procedure
from furong.packs.models.replies import RepliesFile
from furong.packs.models.zones import Division, Zone, ZonesFile
from furong.packs.problems import PathInFile

MANIFEST: Final = "pack.yaml"

FILES: Final[Mapping[str, type[Entry]]] = {
    "facts": FactsFile,
    "kinds": KindsFile,
    "zones": ZonesFile,
    "organisations": OrganisationsFile,
    "policies": PoliciesFile,
    "calendars": Calendar,
}
"""Folder of the pack → model of each file in it."""

EARLIER: Final = "earlier"
"""Folder of the procedures' earlier versions, against which state maps are checked."""

PLAIN_FOLDERS: Final = (
    "procedures", EARLIER, "exclusions", "replies", "forms", "indicators", "exchange", "guidance",
    "texts", "scenario",
)  # fmt: skip
"""Folders whose files are read as plain mappings: the engines that they feed check them."""

CHECKED_PLAIN: Final[Mapping[str, type[Entry]]] = {
    "procedures": Procedure,
    "exclusions": Exclusions,
    "replies": RepliesFile,
}
"""Plain folders whose files must also fit a model, as far as the pack itself can judge them."""

ONE_A_FILE: Final[tuple[type[Entry], ...]] = (Calendar, Procedure, Exclusions)
"""Models of files that are one object, not lists of them."""

SCHEMAS: Final[Mapping[str, type[Entry]]] = {"pack": Manifest, **FILES, **CHECKED_PLAIN}
"""Name of a JSON Schema for editors → its model."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A class of object: its key in a `Pack`, its Chinese word, how one is identified."""

    section: str
    word: str
    model: type[Entry]
    names: tuple[str, ...]

    def identify(self, data: Mapping[str, Any]) -> Any:
        """What tells one object from others: its id; for a policy, id and version."""
        values = tuple(data.get(name, 1 if name == "version" else None) for name in self.names)
        return values[0] if len(values) == 1 else values


NOUNS: Final = (
    Noun("facts", "事实", Fact, ("key",)),
    Noun("kinds", "主体类别", Kind, ("id",)),
    Noun("identifiers", "标识", IdentifierScheme, ("id",)),
    Noun("relations", "关系", RelationKind, ("id",)),
    Noun("zones", "地方", Zone, ("id",)),
    Noun("divisions", "行政区划", Division, ("code",)),
    Noun("organisations", "单位", Organisation, ("id",)),
    Noun("documents", "文件", Document, ("id",)),
    Noun("policies", "政策", Policy, ("id", "version")),
    Noun("calendars", "日历", Calendar, ("calendar",)),
)
NOUN_OF: Final = {noun.model: noun for noun in NOUNS}


def entries(file: Entry) -> Iterator[tuple[PathInFile, Entry]]:
    """The objects of a file with their places in it."""
    if type(file) in ONE_A_FILE:
        yield (), file
        return
    for name in type(file).model_fields:
        value = getattr(file, name)
        if isinstance(value, tuple):
            yield from (((name, index), item) for index, item in enumerate(value))
        else:
            yield (name,), value
