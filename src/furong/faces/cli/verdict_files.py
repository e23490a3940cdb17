"""Writing verdicts: csv, parquet or jsonl; a file appears when it is complete, or not at all."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from furong.faces.cli.subjects import BadInput

type Record = tuple[str, str, int, str, Decimal | None, str, str]
"""subject, policy, version, verdict, amount in yuan, missing (;-separated), reason."""

COLUMNS = ("subject", "policy", "version", "verdict", "amount", "missing")
EXPLAINED = (*COLUMNS, "reason")


class Writer(Protocol):
    def __call__(self, records: Sequence[Record], /) -> None: ...


@contextmanager
def writing(path: Path, *, explained: bool) -> Iterator[Writer]:
    """A function that appends records; the file takes its name at the end, if all went well."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _OPENERS:
        raise BadInput(f"不认识的文件类型 {path.name}。结果请写成 csv、parquet 或 jsonl")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _OPENERS[kind](partial, EXPLAINED if explained else COLUMNS) as write:
            yield write
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"写不了 {path}（{error.strerror}）。请检查文件夹和写入权限") from error
    finally:
        partial.unlink(missing_ok=True)


def yuan(minor: int | None) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-2)


def show(amount: Decimal | None) -> str:
    """Yuan without needless zeros: 120000, 9500.5."""
    return "" if amount is None else format(amount.normalize(), "f")


def neutral(text: str) -> str:
    """Text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


@contextmanager
def _csv(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)

        def write(records: Sequence[Record]) -> None:
            writer.writerows(
                (neutral(r[0]), *r[1:4], show(r[4]), *r[5 : len(columns)]) for r in records
            )

        yield write


@contextmanager
def _jsonl(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    with path.open("w", encoding="utf-8") as file:

        def write(records: Sequence[Record]) -> None:
            for record in records:
                held: dict[str, Any] = dict(zip(columns, record, strict=False))
                held["amount"] = show(record[4]) or None
                held["missing"] = record[5].split(";") if record[5] else []
                file.write(json.dumps(held, ensure_ascii=False) + "\n")

        yield write


@contextmanager
def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise BadInput("写 parquet 需要 pyarrow。请安装：pip install 'furong[parquet]'") from error
    kinds = (
        pa.string(),
        pa.string(),
        pa.int32(),
        pa.string(),
        pa.decimal128(20, 2),
        pa.string(),
        pa.string(),
    )
    schema = pa.schema(list(zip(columns, kinds, strict=False)))
    with pq.ParquetWriter(path, schema) as writer:

        def write(records: Sequence[Record]) -> None:
            held = list(zip(*records, strict=True))[: len(columns)]
            arrays = [pa.array(c, k) for c, k in zip(held, kinds, strict=False)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield write


_OPENERS: dict[str, Callable[[Path, Sequence[str]], Any]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
