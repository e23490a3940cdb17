"""From a folder to a pack: read the chain, gather its objects, check them, compile the rules."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from furong.engines.rules import Rulebook
from furong.packs.cases import Outcome, check_case_facts, complain_of, run_cases
from furong.packs.catalogue import Catalogue, count_money, gather, manifests
from furong.packs.chain import locate, read_chain
from furong.packs.checks import CHECKS
from furong.packs.folder import Folder, Item
from furong.packs.held import Files, hold
from furong.packs.models.base import Entry, Period
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
from furong.packs.pack import Origin, Pack
from furong.packs.problems import PackErrors, Problem
from furong.packs.rules import check_carried, make_rulebook


@dataclass(frozen=True)
class Report:
    """What `check` found. pack: None where there are faults that a pack cannot have."""

    pack: Pack | None
    problems: tuple[Problem, ...]
    outcomes: tuple[Outcome, ...] = ()


def load(where: str | Path) -> Pack:
    """The pack in a folder, or the known pack of that name, with all that it extends.

    Raises PackErrors with every fault found. Worked cases are not run: `check` does that. While
    the files stay as they are, a process loads a pack once; hold it as a value, never change it.
    """
    path = locate(where)
    if isinstance(path, Problem):
        raise PackErrors([path])
    return hold(path, partial(_load, path))


def _load(path: Path) -> tuple[Pack, Files]:
    pack, catalogue, problems = _survey(path)
    if pack is None:
        raise PackErrors(problems)
    sources = (source for folder in catalogue.folders for source in folder.sources)
    return pack, {source.file: source.sha256 for source in sources}


def check(where: str | Path) -> Report:
    """Everything that is wrong with a pack, its worked cases included; nothing is raised."""
    path = locate(where)
    if isinstance(path, Problem):
        return Report(None, (path,))
    pack, catalogue, problems = _survey(path)
    if pack is None:
        return Report(None, PackErrors(problems).problems)
    outcomes = run_cases(pack)
    policies = catalogue.of(Policy)
    for outcome in outcomes:
        if not outcome.ok:
            item = policies[outcome.policy, outcome.version]
            item.complain(("cases", outcome.index), *complain_of(outcome))
    return Report(pack, PackErrors(_problems(catalogue.folders)).problems, tuple(outcomes))


def _survey(path: Path) -> tuple[Pack | None, Catalogue, list[Problem]]:
    folders = read_chain(path)
    catalogue = gather(folders)
    book = None
    if all(folder.complete for folder in folders):
        count_money(catalogue)
        for run in CHECKS:
            run(catalogue)
        book = _rulebook(catalogue)
    problems = _problems(folders)
    if problems or book is None:
        return None, catalogue, problems
    return _pack(catalogue, book), catalogue, []


def _problems(folders: list[Folder]) -> list[Problem]:
    return [problem for folder in folders for problem in folder.problems]


def _rulebook(catalogue: Catalogue) -> Rulebook | None:
    """The rules of the chain; None, without a word, where a faulty fact would make all faulty."""
    facts = catalogue.of(Fact)
    if catalogue.names["facts"] > facts.keys():
        return None
    book = make_rulebook(facts, _dated(catalogue))
    if book is not None:
        check_carried(catalogue, book)
        check_case_facts(catalogue, book)
    return book


def _dated(catalogue: Catalogue) -> dict[PolicyKey, tuple[Item[Policy], Period]]:
    """The policies whose document is sound, with the days on which they apply."""
    dated = {}
    for key, item in catalogue.of(Policy).items():
        if document := catalogue.document_of(item):
            dated[key] = item, item.entry.window(document.entry)
    return dated


def _pack(catalogue: Catalogue, book: Rulebook) -> Pack:
    chain = [*manifests(catalogue.folders)]
    own: Manifest = chain[-1].entry
    inherited = {
        name: next((value for item in chain if (value := getattr(item.entry, name))), None)
        for name in ("timezone", "currency")
    }
    return Pack(
        folder=catalogue.folders[-1].path,
        manifest=own.model_copy(update=inherited),
        chain=tuple(item.entry for item in chain),
        facts=_entries(catalogue, Fact),
        kinds=_entries(catalogue, Kind),
        identifiers=_entries(catalogue, IdentifierScheme),
        relations=_entries(catalogue, RelationKind),
        zones=_entries(catalogue, Zone),
        divisions=_entries(catalogue, Division),
        organisations=_entries(catalogue, Organisation),
        documents=_entries(catalogue, Document),
        policies=_entries(catalogue, Policy),
        calendars=_entries(catalogue, Calendar),
        procedures={
            item.entry.procedure: item.entry
            for folder in catalogue.folders
            for item in folder.of(Procedure)
        },
        exclusions={
            item.entry.procedure: item.entry
            for folder in catalogue.folders
            for item in folder.of(Exclusions)
        },
        replies={
            item.entry.id: item.entry for folder in catalogue.folders for item in folder.of(Reply)
        },
        plain=_plain(catalogue.folders),
        origins={noun.section: _origins(catalogue, noun.section) for noun in NOUNS},
        folders=tuple(folder.path for folder in catalogue.folders),
        document_ids={
            key: document.entry.id
            for key, item in catalogue.of(Policy).items()
            if (document := catalogue.document_of(item))
        },
        compiled=book,
    )


def _entries[M: Entry](catalogue: Catalogue, model: type[M]) -> dict[Any, M]:
    return {key: item.entry for key, item in catalogue.of(model).items()}


def _origins(catalogue: Catalogue, section: str) -> dict[Any, Origin]:
    return {
        key: Origin(
            manifest.id, manifest.version, item.source.file, item.source.place(item.path).line
        )
        for key, item in catalogue.objects[section].items()
        if (manifest := catalogue.home[id(item.source)].manifest)
    }


def _plain(folders: list[Folder]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for folder in folders:
        for name, sources in folder.plain.items():
            files = {stem: source.data for stem, source in sources.items()}
            merged.setdefault(name, {}).update(files)
    return merged
