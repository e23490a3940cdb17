"""A pack with all that it extends, as its users see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from furong.engines.rules import Rulebook
from furong.packs import content
from furong.packs.models.base import Period
from furong.packs.models.calendars import Calendar
from furong.packs.models.facts import Fact
from furong.packs.models.kinds import Kind
from furong.packs.models.manifest import Manifest
from furong.packs.models.organisations import Organisation
from furong.packs.models.policies import Document, Policy, PolicyKey
from furong.packs.models.zones import Zone


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
    manifests, base first, the pack's own last. plain: the files that other engines read
    (procedures, forms, …) as {folder: {file name: mapping}}.
    """

    folder: Path
    manifest: Manifest
    chain: tuple[Manifest, ...]
    facts: Mapping[str, Fact]
    kinds: Mapping[str, Kind]
    zones: Mapping[str, Zone]
    organisations: Mapping[str, Organisation]
    documents: Mapping[str, Document]
    policies: Mapping[PolicyKey, Policy]
    calendars: Mapping[str, Calendar]
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
    def digest(self) -> str:
        """SHA-256 (hex) over what the chain says; comments, order of files and layout do not count."""
        return content.digest(self)
