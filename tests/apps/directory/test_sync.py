"""Taking zones and organisations over from a pack."""

import shutil
from datetime import datetime
from pathlib import Path

from furong.apps.base.models import Entry
from furong.apps.directory.actions import Synced, sync_organisations, sync_zones
from furong.apps.directory.models import Organisation, Zone
from furong.packs import Pack, load
from tests.apps.cast import SAMPLE, WEST


def next_version(folder: Path, zones: str) -> Pack:
    copy = folder / "sample"
    shutil.copytree(SAMPLE, copy)
    manifest = copy / "pack.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("1.0.0", "1.1.0"), "utf-8")
    (copy / "zones" / "zones.yaml").write_text(zones, "utf-8")
    (copy / "organisations" / "organisations.yaml").write_text("organisations: []\n", "utf-8")
    return load(copy)


def test_zones_keep_their_place_and_their_origin(district: Pack) -> None:
    tower = Zone.objects.get(code="park-tower")
    assert tower.parent is not None
    assert (tower.parent.code, tower.origin) == ("park", "sample@1.0.0")
    assert [zone.code for zone in tower.overlaps.all()] == [WEST]


def test_organisations_know_their_superior_and_their_zone(district: Pack) -> None:
    office = Organisation.objects.get(code="east-office")
    assert office.parent == Organisation.objects.get(code="government")
    assert office.zone == Zone.objects.get(code="990101001")


def test_a_second_time_changes_nothing(district: Pack, at: datetime) -> None:
    entries = Entry.objects.count()
    assert sync_zones(district, by="test", at=at) == Synced()
    assert sync_organisations(district, by="test", at=at) == Synced()
    assert Entry.objects.count() == entries


def test_a_new_version_renames_adds_and_withdraws_but_never_deletes(
    district: Pack, tmp_path: Path, at: datetime
) -> None:
    Zone.objects.create(code="night-market", name="夜市", kind="business_circle")
    pack = next_version(
        tmp_path,
        """
zones:
- {id: "990101", kind: district, name: 测试区}
- {id: "990101001", kind: street, name: 东大街街道, parent: "990101"}
- {id: "990101003", kind: street, name: 南街街道, parent: "990101"}
""",
    )
    synced = sync_zones(pack, by="test", at=at)
    assert synced.added == ("990101003",)
    assert set(synced.changed) == {"990101", "990101001"}
    assert set(synced.withdrawn) == {"990101002", "park", "park-tower"}
    assert Zone.objects.get(code="990101001").name == "东大街街道"
    assert Zone.objects.get(code="park").withdrawn
    assert Zone.objects.get(code="night-market").origin == "local"
    assert not Zone.objects.get(code="night-market").withdrawn


def test_a_zone_that_comes_back_is_in_use_again(
    district: Pack, tmp_path: Path, at: datetime
) -> None:
    sync_zones(next_version(tmp_path, "zones: []\n"), by="test", at=at)
    assert "park" in sync_zones(district, by="test", at=at).changed
    assert not Zone.objects.get(code="park").withdrawn
