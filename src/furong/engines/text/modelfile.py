"""A model on disk: numbers and one JSON text in a zip. Nothing in it is ever executed.

The file holds no passage of a message. The same model gives the same bytes. What it rests on is
written beside the numbers, and a file of another format, of other categories, altered or damaged is
refused in words. The digest shows damage, not malice: whoever can write the file can write the
digest; keep it where only the platform writes.
"""

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.blend import Blend
from furong.engines.text.figures import Figures
from furong.engines.text.grams import Features, Field
from furong.engines.text.online import Online
from furong.engines.text.taxonomy import Label, Taxonomy, TaxonomyProblem
from furong.engines.text.triage import Fitted, Triage

FORMAT = 1
"""Raised whenever cleaning, hashing or the arrays change their meaning."""

LARGEST = 64 * 2**20
"""Bytes that the contents may have: more is no model of ours."""

_CARD = "card.json"
_TYPES: dict[str, type[np.generic]] = {
    "title_grams": np.uint32,
    "title_idf": np.float32,
    "body_grams": np.uint32,
    "body_idf": np.float32,
    "weights": np.float16,
    "bias": np.float32,
    "online_places": np.uint32,
    "online_weights": np.float32,
}
_DAY = (1980, 1, 1, 0, 0, 0)

type Arrays = dict[str, NDArray[Any]]


class ModelProblem(ValueError):
    """A file that is no usable model; the message names the file, the cause and the remedy."""


def save(model: Triage, path: Path) -> int:
    """Write the model, whole or not at all; its size in bytes. Raises OSError."""
    arrays = _arrays(model)
    card = _card(model)
    card["digest"] = _digest(card, arrays)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        text = json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True)
        packed.writestr(zipfile.ZipInfo(_CARD, _DAY), text, zipfile.ZIP_DEFLATED)
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _DAY)
            packed.writestr(entry, _bytes(array), zipfile.ZIP_DEFLATED)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(buffer.getvalue())
    beside.replace(path)
    return len(buffer.getvalue())


def load(path: Path, taxonomy: Taxonomy | None = None) -> Triage:
    """The model of a file, of these categories where they are given. Raises ModelProblem.

    The categories are the same by their ids; their names and words are those that are given.
    """
    card, arrays = _read(path)
    if card.get("kind") != "furong-triage":
        raise ModelProblem(f"{path.name} 不是判别模型。请用 furong triage train 训练一个")
    if card.get("format") != FORMAT:
        raise ModelProblem(
            f"模型 {path.name} 的格式是第 {card.get('format')} 版，本程序只认第 {FORMAT} 版。请重新训练"
        )
    try:
        if card.pop("digest") != _digest(card, arrays):
            raise ModelProblem(f"模型 {path.name} 与其摘要不符，可能损坏或被改动。请重新训练")
        model = _model(card, arrays)
    except (KeyError, TypeError, ValueError, IndexError, TaxonomyProblem) as error:
        if isinstance(error, ModelProblem):
            raise
        raise ModelProblem(f"模型 {path.name} 内容不完整（{error}）。请重新训练") from error
    if taxonomy is None:
        return model
    if [*model.taxonomy.places] != [*taxonomy.places]:
        raise ModelProblem(
            f"模型 {path.name} 是按另一套类别训练的（{_names(model.taxonomy)}；"
            f"现在是 {_names(taxonomy)}）。请用现在的类别重新训练"
        )
    model.taxonomy = taxonomy  # names and words may have changed since
    return model


def load_or_cold(path: Path, taxonomy: Taxonomy) -> tuple[Triage, str | None]:
    """The model, or the taxonomy's words alone and why, to be shown to whoever works with it."""
    try:
        return load(path, taxonomy), None
    except ModelProblem as problem:
        return Triage.cold(taxonomy), f"{problem}。暂按类别词语判别"


def _names(taxonomy: Taxonomy) -> str:
    names = [label.name for label in taxonomy.labels]
    return "、".join(names[:12]) + ("等" if len(names) > 12 else "")


def _card(model: Triage) -> dict[str, Any]:
    fitted = model.fitted
    return {
        "kind": "furong-triage",
        "format": FORMAT,
        "taxonomy": [asdict(label) for label in model.taxonomy.labels],
        "taxonomy_digest": model.taxonomy.digest,
        "versions": {name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        "blend": asdict(model.blend),
        "corrections": model.online.corrections,
        "labels": model.labels,
        "fitted": fitted
        and {
            "counts": fitted.counts,
            "title_weight": fitted.features.title.weight,
            "body_weight": fitted.features.body.weight,
            "measured": fitted.measured and asdict(fitted.measured),
            "sure_from": fitted.sure_from,
        },
    }


def _arrays(model: Triage) -> Arrays:
    places, weights = model.online.stored()
    arrays: Arrays = {"online_places": places, "online_weights": weights}
    if fitted := model.fitted:
        title, body = fitted.features.title, fitted.features.body
        arrays |= {
            "title_grams": title.known,
            "title_idf": title.idf,
            "body_grams": body.known,
            "body_idf": body.idf,
            "weights": fitted.weights,
            "bias": fitted.bias,
        }
    return arrays


def _model(card: Mapping[str, Any], arrays: Arrays) -> Triage:
    taxonomy = Taxonomy(
        tuple(
            Label(str(one["id"]), str(one["name"]), tuple(map(str, one["words"])))
            for one in card["taxonomy"]
        )
    )
    count = len(taxonomy)
    places, weights = arrays["online_places"], arrays["online_weights"]
    _expect(weights.shape == (len(places), count), "online_weights")
    _expect(bool(np.isfinite(weights).all()), "online_weights")
    given = card["blend"]
    offsets = tuple(float(one) for one in given["offsets"])
    _expect(len(offsets) in (1, count), "offsets")
    blend = Blend(float(given["model"]), offsets, float(given["words"]))
    model = Triage(taxonomy, blend, _fitted(card["fitted"], arrays, count))
    model.online = Online.restored(int(card["corrections"]), places, weights)
    return model


def _fitted(card: Mapping[str, Any] | None, arrays: Arrays, count: int) -> Fitted | None:
    if card is None:
        return None
    parts = []
    for name in ("title", "body"):
        known, idf = arrays[f"{name}_grams"], arrays[f"{name}_idf"]
        _expect(known.shape == idf.shape and known.ndim == 1, f"{name}_grams")
        _expect(bool(np.all(known[1:] > known[:-1]) and np.isfinite(idf).all()), f"{name}_grams")
        parts.append(Field(known, idf, float(card[f"{name}_weight"])))
    features = Features(*parts)
    weights, bias = arrays["weights"], arrays["bias"]
    _expect(weights.shape == (len(features), count) and bias.shape == (count,), "weights")
    _expect(bool(np.isfinite(weights).all() and np.isfinite(bias).all()), "weights")
    counts = tuple(int(one) for one in card["counts"])
    _expect(len(counts) == count, "counts")
    measured, sure_from = card["measured"], card["sure_from"]
    return Fitted(
        features,
        weights,
        bias,
        counts,
        None if measured is None else Figures(**measured),
        None if sure_from is None else float(sure_from),
    )


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)


def _read(path: Path) -> tuple[dict[str, Any], Arrays]:
    try:
        with zipfile.ZipFile(path) as packed:
            entries = {entry.filename: entry for entry in packed.infolist()}
            if sum(entry.file_size for entry in entries.values()) > LARGEST:
                raise ModelProblem(f"{path.name} 解开后超过 64 MB，不是判别模型。请核对文件")
            card = json.loads(packed.read(_CARD))
            if not isinstance(card, dict):
                raise ModelProblem(f"{path.name} 不是判别模型。请核对文件")
            arrays = {
                name: _array(packed.read(f"{name}.npy"), kind)
                for name, kind in _TYPES.items()
                if f"{name}.npy" in entries
            }
    except FileNotFoundError:
        raise ModelProblem(f"没有模型文件 {path}。请核对路径，或先训练") from None
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError,
            NotImplementedError, RuntimeError, RecursionError) as error:  # fmt: skip
        if isinstance(error, ModelProblem):
            raise
        raise ModelProblem(f"{path.name} 不是判别模型，或已损坏。请重新训练") from error
    return card, arrays


def _array(data: bytes, kind: type[np.generic]) -> NDArray[Any]:
    """An array of this type; its header may not claim more than the file holds."""
    file = io.BytesIO(data)
    _expect(np.lib.format.read_magic(file) == (1, 0), "npy")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    _expect(dtype == np.dtype(kind), str(dtype))
    _expect(math.prod(shape) * dtype.itemsize == len(data) - file.tell(), "npy")
    return np.frombuffer(data, dtype, offset=file.tell()).reshape(shape)


def _bytes(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def _digest(card: Mapping[str, Any], arrays: Arrays) -> str:
    total = hashlib.sha256(json.dumps(card, sort_keys=True).encode())
    for name in sorted(arrays):
        total.update(name.encode())
        total.update(_bytes(arrays[name]))
    return total.hexdigest()
