"""Models on disk: what was saved is what answers, and what is not ours is refused in words."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from furong.engines.text import modelfile
from furong.engines.text.grams import Message
from furong.engines.text.modelfile import ModelProblem, load, load_or_cold, save
from furong.engines.text.taxonomy import Label, Taxonomy
from furong.engines.text.training import train
from furong.engines.text.triage import Triage
from tests.engines.text.cast import EXAMPLES, TAXONOMY

ASKED = [Message("白鹭楼买不到口罩", ""), Message("", "食堂门口停车"), Message("窗外的云", "")]


@pytest.fixture(scope="module")
def trained() -> Triage:
    model = train(TAXONOMY, EXAMPLES)
    model.learn(Message("云梦阁窗外的云", ""), "other")
    return model


@pytest.fixture
def saved(trained: Triage, tmp_path: Path) -> Path:
    save(trained, tmp_path / "model.npz")
    return tmp_path / "model.npz"


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(path) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    change(content)
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in content.items():
            packed.writestr(name, data)
    return path


@pytest.mark.parametrize("cold", [False, True])
def test_a_model_answers_after_loading_as_before(
    trained: Triage, tmp_path: Path, cold: bool
) -> None:
    model = Triage.cold(TAXONOMY) if cold else trained
    save(model, tmp_path / "m")
    again = load(tmp_path / "m", TAXONOMY)
    assert [again.suggest(one) for one in ASKED] == [model.suggest(one) for one in ASKED]
    assert again.labels == model.labels
    assert again.online.corrections == model.online.corrections


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        save(train(TAXONOMY, EXAMPLES), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_passage_of_a_message_is_in_the_file(saved: Path) -> None:
    with zipfile.ZipFile(saved) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    for said in ("云梦阁", "展期", "白鹭楼"):
        for encoding in ("utf-8", "utf-16-le", "utf-32-le"):
            assert said.encode(encoding) not in content
    assert any("展期" in one.message.title for one in EXAMPLES)


def test_the_file_says_what_the_model_rests_on(saved: Path) -> None:
    with zipfile.ZipFile(saved) as packed:
        card = json.loads(packed.read("card.json"))
    assert card["labels"] == len(EXAMPLES)
    assert card["taxonomy_digest"] == TAXONOMY.digest
    assert set(card["versions"]) == {"numpy", "scipy", "scikit-learn"}
    assert card["fitted"]["measured"]["messages"] == len(EXAMPLES)


def test_other_categories_are_refused_and_the_words_take_over(saved: Path) -> None:
    other = Taxonomy(
        (Label("loan", "贷款融资", ("贷款",)), Label("rest", "其他事项", ("其他事项",)))
    )
    with pytest.raises(ModelProblem, match="另一套类别"):
        load(saved, other)
    model, why = load_or_cold(saved, other)
    assert why is not None
    assert "暂按类别词语判别" in why
    assert model.suggest(Message("贷款", "")).ranked[0].id == "loan"


def test_words_that_were_added_since_go_with_the_model(saved: Path) -> None:
    more = Taxonomy(tuple(replace(one, words=(*one.words, "揭不开锅")) for one in TAXONOMY.labels))
    model, why = load_or_cold(saved, more)
    assert why is None
    assert model.labels == len(EXAMPLES)
    assert model.taxonomy.digest == more.digest


def test_a_file_that_fits_gives_no_warning(saved: Path) -> None:
    assert load_or_cold(saved, TAXONOMY)[1] is None


def test_another_format_is_refused_in_words(
    trained: Triage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modelfile, "FORMAT", 99)
    save(trained, tmp_path / "m")
    monkeypatch.undo()
    with pytest.raises(ModelProblem, match="格式是第 99 版"):
        load(tmp_path / "m")


def npy(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]], **more: bool) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **more)
    return buffer.getvalue()


def changed_weights(content: dict[str, bytes]) -> None:
    data = bytearray(content["weights.npy"])
    data[-1] ^= 1
    content["weights.npy"] = bytes(data)


def changed_threshold(content: dict[str, bytes]) -> None:
    card = json.loads(content["card.json"])
    card["fitted"]["sure_from"] = 0.0
    content["card.json"] = json.dumps(card).encode()


def pickled(content: dict[str, bytes]) -> None:
    content["bias.npy"] = npy(np.array([{"run": "me"}], object), allow_pickle=True)


def huge(content: dict[str, bytes]) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**12,)}
    )
    content["bias.npy"] = header.getvalue()


def missing(content: dict[str, bytes]) -> None:
    del content["body_idf.npy"]


def no_card(content: dict[str, bytes]) -> None:
    del content["card.json"]


def deep(content: dict[str, bytes]) -> None:
    content["card.json"] = b"[" * 100_000


def a_list(content: dict[str, bytes]) -> None:
    content["card.json"] = b"[]"


def not_ours(content: dict[str, bytes]) -> None:
    content["card.json"] = b"{}"


@pytest.mark.parametrize(
    "change",
    [changed_weights, changed_threshold, pickled, huge, missing, no_card, deep, a_list, not_ours],
)
def test_an_altered_file_is_refused(
    saved: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    with pytest.raises(ModelProblem, match=r"model\.npz"):
        load(rewritten(saved, change))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", pickle.dumps({"a": 1}), b"\x80" * 1000])
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m").write_bytes(data)
    with pytest.raises(ModelProblem, match="不是判别模型"):
        load(tmp_path / "m")


def test_a_file_that_unfolds_into_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("card.json", b" " * (modelfile.LARGEST + 1))
    with pytest.raises(ModelProblem, match="64 MB"):
        load(tmp_path / "m")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelProblem, match="没有模型文件"):
        load(tmp_path / "nothing")
    with pytest.raises(ModelProblem):
        load(tmp_path)


def test_a_cut_file_is_refused_wherever_it_is_cut(saved: Path) -> None:
    whole = saved.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        saved.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(ModelProblem):
            load(saved)
