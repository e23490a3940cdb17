"""Entering a synthetic district in the database, by the verbs that a real one is entered by.

Subjects are entered in batches, each one transaction. An `ImportBatch` keeps how far it got, in the
same transaction, so that a seed that was broken off is taken up where it stopped.
"""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from furong.apps.base import clock, journal, timers
from furong.apps.base.errors import Refusal
from furong.apps.base.models import DistrictClock
from furong.apps.directory.models import Zone
from furong.apps.policies.actions import apply_pack, standings, take_standings
from furong.apps.registry.actions import NewSubject, Statement, register_subjects, state_many
from furong.apps.registry.columns import columns
from furong.apps.registry.models import ImportBatch, Source, Subject
from furong.faces.demo import casework
from furong.faces.demo.casting import BY, Casting, enrol
from furong.faces.demo.population import Population, Row
from furong.faces.demo.progress import Progress, stage
from furong.packs import Pack

BATCH = 1000
BEFORE = timedelta(days=2)
"""So long before the demonstration begins the district was entered: its sample cases happen in between."""

KIND = "population"  # of the import batch that is the seed's marker


@dataclass(frozen=True, slots=True)
class Wanted:
    """The district that is asked for; None: whichever is there, or the scenario's own.

    pack: its id.
    """

    pack: str
    size: int | None = None
    seed: int | None = None


def held() -> ImportBatch | None:
    """The seed of this database, finished or not."""
    return ImportBatch.objects.filter(kind=KIND).first()


def require_same(batch: ImportBatch, wanted: Wanted) -> None:
    """Raises Refusal where another district than the one asked for stands here."""
    there = batch.mapping
    asked = {"pack": wanted.pack, "size": wanted.size, "seed": wanted.seed}
    words = {"pack": "内容包", "size": "户数", "seed": "种子"}
    for name, value in asked.items():
        if value is not None and str(value) != str(there[name]):
            raise Refusal(
                f"这里已有一个示例区，{words[name]}是 {there[name]}，不是 {value}。"
                "要重建请加 --reset（make demo ARGS=--reset）；要沿用请不写这个参数"
            )


def seed(pack: Pack, wanted: Wanted, population: Population) -> ImportBatch:
    """Makes the district, or what of it is not made yet. Raises Refusal, PackErrors."""
    at = begins(pack, population)
    before = at - BEFORE
    casting = Casting.read(pack.folders)
    casting.check(pack, population)
    with stage("安装内容包"):
        apply_pack(pack.folder, by=BY, at=before)
        _skip_nights(at)
        _start_clock(at)
    batch = _begin(pack, wanted, population, at=before)
    size = batch.mapping["size"]
    with stage("登记服务对象", size) as progress:
        _enter_all(batch, population, size, progress, at=before)
    with stage("人员和授权"):
        enrol(casting.people, population, size, at=before)
    with stage("办理示例事项"):
        zone = ZoneInfo(pack.manifest.timezone or "UTC")
        casework.play(pack.folders, zone, until=at)
    with stage("建立列存储"):
        for kind in pack.kinds:
            columns(kind)
    with stage("留存资格快照"):
        take_standings(by=BY, at=at)
    _finish(batch, at=at)
    return batch


def begins(pack: Pack, population: Population) -> datetime:
    """The moment that the scenario describes, from which the district's clock goes on."""
    moment = population.plan.scenario.as_of or pack.manifest.clock
    if moment is None:
        raise Refusal(
            f"内容包 {pack.manifest.id} 没有写演示从什么时候开始。请在 pack.yaml 写 clock"
        )
    return moment.replace(tzinfo=ZoneInfo(pack.manifest.timezone or "UTC"))


def digest_of_files(folders: Sequence[str]) -> str:
    """SHA-256 over the files of packs, to see whether they changed without reading them as packs."""
    digest = hashlib.sha256()
    for folder in map(Path, folders):
        for file in sorted(folder.rglob("*.yaml")):
            digest.update(f"{folder.name}/{file.relative_to(folder)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def bring_up_to_date(batch: ImportBatch, folder: Path, *, at: datetime) -> None:
    """Applies the pack in a folder again where its files changed since; a pack is slow to read."""
    now = digest_of_files(batch.mapping["folders"])
    if now != batch.mapping["files"]:
        applied = apply_pack(folder, by=BY, at=at)
        folders = [str(folder) for folder in applied.pack.folders]
        batch.mapping |= {"folders": folders, "files": digest_of_files(folders)}
        batch.save(update_fields=["mapping"])


@transaction.atomic
def _begin(pack: Pack, wanted: Wanted, population: Population, *, at: datetime) -> ImportBatch:
    """The seed's marker. Raises Refusal where the pack was changed since a seed was broken off."""
    folders = [str(folder) for folder in pack.folders]
    files = digest_of_files(folders)
    size = wanted.size or population.plan.scenario.size
    if (batch := held()) is None:
        batch = ImportBatch.objects.create(
            digest=hashlib.sha256(f"{pack.digest}/{size}/{population.seed}".encode()).hexdigest(),
            kind=KIND,
            file_name="示例数据",
            source=Source.SAMPLE,
            mapping={
                "pack": pack.manifest.id,
                "size": size,
                "seed": population.seed,
                "folders": folders,
                "files": files,
            },
            started_at=at,
        )
    require_same(batch, wanted)
    if batch.mapping["files"] != files:
        raise Refusal("上次没有登记完，其后内容包改过，接不上了。请加 --reset 重来")
    return batch


@transaction.atomic
def _skip_nights(at: datetime) -> None:
    """The nightly snapshots begin with the demonstration: nobody looks at those before."""
    timers.cancel(standings.TIMER, standings.KEY)
    standings.begin(at)


@transaction.atomic
def _start_clock(at: datetime) -> None:
    if not DistrictClock.objects.exists():
        clock.set_clock(mode="running", anchor=at, by=BY, at=at)


def _enter_all(
    batch: ImportBatch, population: Population, size: int, progress: Progress, *, at: datetime
) -> None:
    zones = {zone.code: zone for zone in Zone.objects.all()}
    with _collecting_seldom():
        for rows in batched(population.rows(size, batch.rows_done), BATCH):
            _enter(batch, rows, zones, at=at)
            progress.at(rows[-1].number + 1)
            gc.collect()


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Garbage is collected only between batches: it takes an eighth of the time otherwise."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@transaction.atomic
def _enter(
    batch: ImportBatch, rows: Sequence[Row], zones: dict[str, Zone], *, at: datetime
) -> None:
    """One batch of subjects with what is known of them; what another process has entered stays."""
    marker = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if marker.rows_done != rows[0].number:
        return
    news = [_new(row, zones) for row in rows]
    subjects = register_subjects(news, by=BY, at=at, batch=marker)
    state_many(_statements(subjects, rows), source=Source.SAMPLE, batch=marker, by=BY, at=at)
    marker.rows_done += len(rows)
    marker.save(update_fields=["rows_done"])


def _new(row: Row, zones: dict[str, Zone]) -> NewSubject:
    return NewSubject(
        kind=row.kind,
        name=row.name,
        street=zones[row.street] if row.street else None,
        zones=tuple(zones[zone] for zone in row.zones),
        address=row.address,
        opened_on=row.opened_on,
        identifiers=row.identifiers,
    )


def _statements(subjects: Sequence[Subject], rows: Sequence[Row]) -> list[Statement]:
    return [
        Statement(subject, fact, value)
        for subject, row in zip(subjects, rows, strict=True)
        for fact, value in row.facts.items()
    ]


@transaction.atomic
def _finish(batch: ImportBatch, *, at: datetime) -> None:
    """Writes the marker that a second start looks for, and gives the auditor a first root."""
    batch.refresh_from_db()
    if batch.finished_at is None:
        batch.finished_at = at
        batch.counts = {"new": batch.rows_done}
        batch.save(update_fields=["finished_at", "counts"])
        names = ("pack", "size", "seed")
        payload = {name: batch.mapping[name] for name in names}
        journal.record("demo.seed", by=BY, at=at, about=batch, payload=payload)
    transaction.on_commit(lambda: journal.seal(at=at))
