"""A process loads a pack once, and again as soon as a file of its chain is another one."""

from pathlib import Path

import pytest

from furong.packs import PackErrors, load
from furong.packs.chain import SEARCH_VARIABLE
from tests.packs.test_chain import pack
from tests.packs.test_examples import copied


def test_an_unchanged_pack_is_loaded_once(tmp_path: Path) -> None:
    folder = copied(tmp_path) / "strelsau"

    assert load(folder) is load(str(folder / "pack.yaml"))


def test_a_changed_file_of_an_extended_pack_is_seen(tmp_path: Path) -> None:
    folder = copied(tmp_path) / "strelsau"
    before = load(folder)
    facts = next((tmp_path / "ruritania/facts").iterdir())
    facts.write_text(facts.read_text().replace("label: ", "label: New ", 1))

    assert load(folder).digest != before.digest


def test_a_new_file_and_a_file_that_went_are_seen(tmp_path: Path) -> None:
    made = pack(tmp_path, "base")
    assert not load(made).zones
    (made / "zones").mkdir()
    (made / "zones/a.yaml").write_text("zones:\n- {id: a, kind: park, name: A}\n")
    assert [*load(made).zones] == ["a"]
    (made / "zones/a.yaml").unlink()
    assert not load(made).zones


def test_a_fault_that_came_is_raised_and_one_that_went_is_forgotten(tmp_path: Path) -> None:
    made = pack(tmp_path, "base")
    load(made)
    manifest = made / "pack.yaml"
    sound = manifest.read_text()
    manifest.write_text(sound.replace("currency: EUR", "currency: euro"))
    with pytest.raises(PackErrors, match="euro"):
        load(made)
    manifest.write_text(sound)

    assert load(made).manifest.currency == "EUR"


def test_another_pack_of_the_name_that_is_extended_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(tmp_path / "one", "base")
    top = pack(tmp_path / "here", "top", "base")
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path / "one"))
    first = load(top)
    other = pack(tmp_path / "two", "base")
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path / "two"))

    assert first.folders[0] != other
    assert load(top).folders[0] == other
