"""A pack as one file."""

import json
import zipfile
from pathlib import Path

from furong.packs import load
from furong.packs.export import export_json, export_zip
from tests.packs.test_examples import EXAMPLES


def test_json_has_objects_origins_and_digest() -> None:
    pack = load(EXAMPLES / "strelsau")

    made = json.loads(export_json(pack))

    assert made["digest"] == pack.digest
    assert made["chain"] == ["ruritania@2.1.0", "strelsau@0.3.1"]
    assert made["pack"]["currency"] == "EUR"
    assert made["policies"]["ST01@1"]["document"] == "old-town-rents"
    assert made["policies"]["ST01@1"]["budget"] == {"amount": "150000", "partial": True}
    assert made["calendars"]["ruritania-2031"]["hours"][0] == ["08:00", "12:00"]
    assert made["origins"]["facts"]["staff"] == "ruritania@2.1.0"


def test_a_zip_holds_the_whole_chain_and_loads_where_it_is_unpacked(tmp_path: Path) -> None:
    pack = load(EXAMPLES / "strelsau")
    export_zip(pack, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "there")

    assert load(tmp_path / "there/strelsau").digest == pack.digest


def test_one_pack_gives_one_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        export_zip(load(EXAMPLES / "strelsau"), tmp_path / name)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
