"""A pack with all that it extends, as its users see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from furong.engines import worktime
from furong.engines.rules import Rulebook
from furong.packs.content import digest, jsonable, name_of, plain
from furong.packs.currency import minor_units
from furong.packs.models.base import Period
from furong.packs.models.calendars import Calendar
from furong.packs.models.exclusions import Exclusions
from furong.packs.models.facts import Fact
from furong.packs.models.kinds import IdentifierScheme, Kind, RelationKind
from furong.packs.models.manifest import Manifest
from furong.packs.models.organisations import Organisation
from furong.packs.models.policies import Document, Policy, PolicyKey
from furong.packs.models.procedures import Procedure
from furong.packs.models.replies import Reply
from furong.packs.models.sections import NOUNS
from furong.packs.models.zones import Division, Zone
from furong.packs.worktime import calendar_of

DIVISIONS: Final = "GB/T 2260"
"""The `scheme` of facts whose codes `divisions` names."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an object of a pack was declared; as text, `furong-2020@1.0.0`."""

    pack: str
    version: str
    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.pack}@{self.version}"


@dataclass(frozen=True)
class Pack:
    """What a chain of packs says: the objects of all its packs by id, base first.

    manifest: the pack's own, with time zone and currency filled in from the chain. chain: the
    manifests, base first, the pack's own last. Facts that are money have the currency's digits as
    `scale`. plain: the files that other engines read (procedures, forms, …) as {folder: {file name:
    mapping}}.
    """

    folder: Path
    manifest: Manifest
    chain: tuple[Manifest, ...]
    facts: Mapping[str, Fact]
    kinds: Mapping[str, Kind]
    identifiers: Mapping[str, IdentifierScheme]
    relations: Mapping[str, RelationKind]
    zones: Mapping[str, Zone]
    divisions: Mapping[str, Division]
    organisations: Mapping[str, Organisation]
    documents: Mapping[str, Document]
    policies: Mapping[PolicyKey, Policy]
    calendars: Mapping[str, Calendar]
    procedures: Mapping[str, Procedure] = field(repr=False)
    exclusions: Mapping[str, Exclusions] = field(repr=False)
    replies: Mapping[str, Reply] = field(repr=False)
    plain: Mapping[str, Mapping[str, Any]]
    origins: Mapping[str, Mapping[Any, Origin]] = field(repr=False)
    """Section → identity → origin: `origins["policies"]["CN01", 1]`."""
    folders: tuple[Path, ...] = field(repr=False)
    """The folder of each pack of `chain`."""
    document_ids: Mapping[PolicyKey, str] = field(repr=False)
    compiled: Rulebook = field(repr=False)

    def document_of(self, policy: Policy) -> Document:
        """The document that a policy comes from."""
        return self.documents[self.document_ids[policy.key]]

    def window(self, policy: Policy) -> Period:
        """The days on which a policy version applies, both ends included."""
        return policy.window(self.document_of(policy))

    def rulebook(self) -> Rulebook:
        """The facts and policies of the whole chain, compiled."""
        return self.compiled

    @cached_property
    def working_calendars(self) -> Mapping[str, worktime.Calendar]:
        """The calendars of the chain by id, as deadlines are counted by them."""
        zone = self.manifest.timezone
        assert zone is not None, "checked when the pack was loaded"
        return {name: calendar_of(self.calendars, name, zone) for name in self.calendars}

    @property
    def minor_units(self) -> int:
        """Digits after the point of the pack's money (ISO 4217): 2 for CNY, 0 for JPY."""
        assert self.manifest.currency is not None, "checked when the pack was loaded"
        return minor_units(self.manifest.currency)

    # --- words for people: what has none is shown as it is ------------------------------------

    def identifier_label(self, scheme: str) -> str:
        """`uscc` → 统一社会信用代码."""
        return found.label if (found := self.identifiers.get(scheme)) else scheme

    def relation_label(self, kind: str, *, inverse: bool = False) -> str:
        """`tenant_of` → 入驻于, or from the other side (`inverse`) 入驻单位."""
        if (found := self.relations.get(kind)) is None:
            return kind
        return found.inverse if inverse else found.label

    def division_name(self, code: str) -> str:
        """The names of what a code lies in and of itself: 甲省乙市丙区.

        Of a code without a name of its own, the names around it and the code: 甲省乙市（990107）.
        """
        levels = [code[:digits] for digits in (2, 4, 6) if digits <= len(code)]
        name = "".join(one.name for level in levels if (one := self.divisions.get(level)))
        return name if code in self.divisions else f"{name}（{code}）" if name else code

    def division_code(self, text: str) -> str:
        """The code that people mean: written itself, or the one county with that name; else the text.

        `某区（990101）` → 990101.
        """
        if found := re.search(r"(?<!\d)\d{6}(?!\d)", text):
            return found[0]
        wanted = text.strip()
        named = [
            code
            for code in self.divisions
            if len(code) == 6
            and wanted in (self.divisions[code].name.strip(), self.division_name(code).strip())
        ]
        return named[0] if len(named) == 1 else text

    def is_division(self, fact: str) -> bool:
        """Whether a fact's codes are those of administrative divisions."""
        declared = self.facts.get(fact)
        return declared is not None and declared.scheme == DIVISIONS

    def code_label(self, fact: str, code: str) -> str:
        """A code that a fact has, in words where the pack has them."""
        return self.division_name(code) if self.is_division(fact) else code

    # --- the whole as values ------------------------------------------------------------------

    def content(self) -> dict[str, Any]:
        """All that the chain says as JSON values, by section and name."""
        made = {noun.section: self._objects(noun.section) for noun in NOUNS}
        return {
            "pack": plain(self.manifest),
            "chain": [f"{manifest.id}@{manifest.version}" for manifest in self.chain],
            **{section: objects for section, objects in made.items() if objects},
            **{folder: jsonable(files) for folder, files in self.plain.items()},
        }

    def _objects(self, section: str) -> dict[str, dict[str, Any]]:
        """The objects of one section by name, each with the document that it comes from, if any."""
        made = {name_of(key): plain(entry) for key, entry in getattr(self, section).items()}
        if section == "policies":
            for key, document in self.document_ids.items():
                made[name_of(key)]["document"] = document
        return made

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over what the chain says; comments, order of files and layout do not count."""
        return digest(self.content())
