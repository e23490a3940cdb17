"""Writing verdicts: csv, parquet or jsonl; a file appears when it is complete, or not at all.

What stands beside the subject is the same for all subjects of a pattern (`many.Judged`), so it is
made into text once for each pattern.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.many import Judged
from furong.faces.cli.subjects import BadInput

COLUMNS = ("subject", "policy", "version", "verdict", "amount", "missing")
EXPLAINED = (*COLUMNS, "reason")


@dataclass(frozen=True, slots=True)
class Told:
    """One judgement as it is written. missing: ;-separated. reason: None where it is not asked."""

    policy: str
    version: int
    verdict: str
    missing: str
    reason: str | None


@dataclass(frozen=True)
class Verdicts:
    """One policy's verdicts on some subjects: `told` of each pattern (`judged.pattern`)."""

    judged: Judged
    told: list[Told]


type Write = Callable[[Sequence[str], Sequence[Verdicts]], None]
"""Appends one record for each subject and policy, subject by subject."""


@contextmanager
def writing(path: Path, *, explained: bool, digits: int) -> Iterator[Write]:
    """A function that appends records; the file takes its name at the end, if all went well.

    digits: of the currency, in whose smallest unit amounts are counted.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _OPENERS:
        raise BadInput(f"不认识的文件类型 {path.name}。结果请写成 csv、parquet 或 jsonl")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _OPENERS[kind](partial, EXPLAINED if explained else COLUMNS, digits) as write:
            yield write
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"写不了 {path}（{error.strerror}）。请检查文件夹和写入权限") from error
    finally:
        partial.unlink(missing_ok=True)


def show(minor: int, digits: int) -> str:
    """Minor units of a currency of so many digits, without needless zeros: 120000, 9500.5."""
    return format(Decimal(minor).scaleb(-digits).normalize(), "f")


def neutral(text: str) -> str:
    """Text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


# Text: a record is a subject, what comes before the amount, the amount, what comes after it.


def _csv_subject(subject: str) -> str:
    return f"{_line([neutral(subject)])},"


def _csv_parts(told: Told) -> tuple[str, str]:
    reason = [] if told.reason is None else [told.reason]
    return (
        f"{_line([told.policy, str(told.version), told.verdict])},",
        f",{_line([told.missing, *reason])}\r\n",
    )


def _line(cells: Sequence[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow([*cells, ""])  # alone, an empty cell is quoted
    return text.getvalue()[:-1]


def _json_subject(subject: str) -> str:
    return f'{{"subject": {_json(subject)}, '


def _json_parts(told: Told) -> tuple[str, str]:
    before = {"policy": told.policy, "version": told.version, "verdict": told.verdict}
    after: dict[str, Any] = {"missing": told.missing.split(";") if told.missing else []}
    if told.reason is not None:
        after["reason"] = told.reason
    return f'{_json(before)[1:-1]}, "amount": ', f", {_json(after)[1:]}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class _Style:
    """A text format. head: of the file, from its columns. amount: around a number of yuan."""

    head: Callable[[Sequence[str]], str]
    subject: Callable[[str], str]
    parts: Callable[[Told], tuple[str, str]]
    amount: str
    no_amount: str

    @contextmanager
    def open(self, path: Path, columns: Sequence[str], digits: int) -> Iterator[Write]:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(self.head(columns))

            def write(ids: Sequence[str], verdicts: Sequence[Verdicts]) -> None:
                records = zip(*(self.records(found, digits) for found in verdicts), strict=True)
                for subject, found in zip(ids, records, strict=True):
                    file.write(self.subject(subject).join(("", *found)))

            yield write

    def records(self, verdicts: Verdicts, digits: int) -> list[str]:
        """What follows the subject in each of its records on one policy."""
        judged = verdicts.judged
        parts = [self.parts(told) for told in verdicts.told]
        texts = _object([f"{before}{self.no_amount}{after}" for before, after in parts])
        records: list[str] = texts[judged.pattern].tolist()
        rows, amounts = judged.paid.rows.tolist(), judged.paid.amounts.tolist()
        patterns = judged.pattern[judged.paid.rows].tolist()
        for row, pattern, amount in zip(rows, patterns, amounts, strict=True):
            before, after = parts[pattern]
            records[row] = f"{before}{self.amount.format(show(amount, digits))}{after}"
        return records


def _object(texts: list[str]) -> NDArray[np.object_]:
    return np.array(texts, np.object_)


_CSV = _Style(lambda names: f"{_line(names)}\r\n", _csv_subject, _csv_parts, "{}", "")
_JSONL = _Style(lambda _: "", _json_subject, _json_parts, '"{}"', "null")


@contextmanager
def _parquet(path: Path, columns: Sequence[str], digits: int) -> Iterator[Write]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise BadInput("写 parquet 需要 pyarrow。请安装：pip install 'furong[parquet]'") from error
    kinds = dict.fromkeys(EXPLAINED, pa.string())
    kinds |= {"version": pa.int32(), "amount": pa.decimal128(20, digits)}
    schema = pa.schema([(name, kinds[name]) for name in columns])

    def write(ids: Sequence[str], verdicts: Sequence[Verdicts]) -> None:
        starts = np.cumsum([0, *(len(found.told) for found in verdicts)])
        patterns = [
            found.judged.pattern + start for found, start in zip(verdicts, starts, strict=False)
        ]
        told = [one for found in verdicts for one in found.told]
        which = np.stack(patterns, axis=1).reshape(-1)
        held = {
            name: pa.array([getattr(one, name) for one in told], kinds[name]).take(pa.array(which))
            for name in columns
            if name not in {"subject", "amount"}
        }
        held["subject"] = pa.array(np.repeat(_object([*ids]), len(verdicts)), pa.string())
        held["amount"] = pa.array(_amounts(len(ids), verdicts, digits), kinds["amount"])
        writer.write_table(pa.Table.from_arrays([held[name] for name in columns], schema=schema))

    with pq.ParquetWriter(path, schema) as writer:
        yield write


def _amounts(count: int, verdicts: Sequence[Verdicts], digits: int) -> list[Decimal | None]:
    """In the order of the records."""
    amounts: list[Decimal | None] = [None] * (count * len(verdicts))
    for place, found in enumerate(verdicts):
        paid = found.judged.paid
        for row, amount in zip(paid.rows.tolist(), paid.amounts.tolist(), strict=True):
            amounts[row * len(verdicts) + place] = Decimal(amount).scaleb(-digits)
    return amounts


_OPENERS: dict[str, Callable[[Path, Sequence[str], int], AbstractContextManager[Write]]] = {
    "csv": _CSV.open,
    "jsonl": _JSONL.open,
    "parquet": _parquet,
}
