"""Where packs are looked for, and in which order a chain is read."""

import os
from pathlib import Path

import pytest

from furong.packs import PackErrors, check, find_pack, known_packs, load
from furong.packs.chain import SEARCH_VARIABLE, carried_packs

EXAMPLES = Path(__file__).parent / "examples"


def pack(folder: Path, name: str, *extends: str) -> Path:
    made = folder / name
    made.mkdir(parents=True)
    (made / "pack.yaml").write_text(
        f"id: {name}\nversion: 1.0.0\ntitle: T\nlanguage: en\nlevel: national\n"
        f"extends: [{', '.join(extends)}]\ntimezone: UTC\ncurrency: EUR\n"
    )
    return made


def test_a_pack_loads_by_folder_by_its_file_and_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(EXAMPLES))

    by_name = load("ruritania")

    assert load(EXAMPLES / "ruritania").digest == by_name.digest
    assert load(EXAMPLES / "ruritania/pack.yaml").digest == by_name.digest


def test_beside_comes_before_the_variable_and_the_variable_before_what_is_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, named = pack(tmp_path / "beside", "base"), pack(tmp_path / "named", "base")
    monkeypatch.setenv(SEARCH_VARIABLE, f"{tmp_path / 'nowhere'}:{tmp_path / 'named'}")

    assert find_pack("base", beside=tmp_path / "beside") == beside
    assert find_pack("base", beside=tmp_path / "else") == named
    assert find_pack("base-2") is None


def test_the_repository_carries_packs() -> None:
    carried = {manifest.parent.name for manifest in carried_packs().glob("*/pack.yaml")}

    assert carried
    assert carried <= set(known_packs())


def test_a_pack_that_two_others_extend_is_read_once_and_first(tmp_path: Path) -> None:
    pack(tmp_path, "nation")
    pack(tmp_path, "city", "nation")
    pack(tmp_path, "neighbours", "nation")
    top = pack(tmp_path, "district", "city", "neighbours")

    chain = [manifest.id for manifest in load(top).chain]

    assert chain == ["nation", "city", "neighbours", "district"]


def test_a_name_that_no_pack_has() -> None:
    with pytest.raises(PackErrors, match=r"没有找到内容包 furong-2002.*furong-2020"):
        load("furong-2002")


def test_a_folder_without_pack_yaml(tmp_path: Path) -> None:
    (problem,) = check(tmp_path).problems

    assert problem.file == tmp_path / "pack.yaml"
    assert problem.message == "文件夹里没有 pack.yaml"


def test_a_link_out_of_the_pack_is_not_followed(tmp_path: Path) -> None:
    made = pack(tmp_path, "base")
    (tmp_path / "secret.yaml").write_text("zones: []\n")
    (made / "zones").mkdir()
    (made / "zones/secret.yaml").symlink_to(tmp_path / "secret.yaml")
    (made / "facts").symlink_to(tmp_path)
    (made / "zones/gone.yaml").symlink_to(made / "zones/nothing.yaml")

    said = {(problem.file.name, problem.message) for problem in check(made).problems}

    assert said == {
        ("secret.yaml", "符号链接指向内容包之外"),
        ("facts", "符号链接指向内容包之外"),
        ("gone.yaml", "符号链接指向的文件不存在"),
    }


def test_a_fault_of_the_base_is_shown_in_the_base(tmp_path: Path) -> None:
    base = pack(tmp_path, "base")
    (base / "zones").mkdir()
    (base / "zones/a.yaml").write_text("zones:\n- {id: a, kind: park}\n")
    top = pack(tmp_path, "top", "base")

    (problem,) = check(top).problems

    assert problem.file == base / "zones/a.yaml"
    assert problem.path == "zones[0]"


def test_a_pipe_is_no_file_of_a_pack(tmp_path: Path) -> None:
    made = pack(tmp_path, "base")
    (made / "zones").mkdir()
    os.mkfifo(made / "zones/a.yaml")

    (problem,) = check(made).problems

    assert (problem.message, problem.remedy) == ("zones/ 里只放 .yaml 文件", "请移走")


def test_links_that_lead_to_each_other_are_refused(tmp_path: Path) -> None:
    made = pack(tmp_path, "base")
    (made / "zones").mkdir()
    (made / "zones/a.yaml").symlink_to(made / "zones/b.yaml")
    (made / "zones/b.yaml").symlink_to(made / "zones/a.yaml")

    said = {problem.message for problem in check(made).problems}

    assert said == {"符号链接指向的文件不存在"}


def test_a_pack_cannot_be_named_by_a_path(tmp_path: Path) -> None:
    pack(tmp_path, "secret")
    made = pack(tmp_path / "here", "base", "../../secret")

    (problem,) = check(made).problems

    assert "'../../secret' 不合规则" in problem.message
