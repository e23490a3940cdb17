"""`furong match`: subjects in a file against the policies of a pack, without a database."""

import argparse
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

from furong.engines.rules import Judge, Rulebook
from furong.engines.rules.columns import Columns
from furong.engines.rules.many import Judged, JudgeMany
from furong.engines.rules.model import money_digits
from furong.faces.cli import books
from furong.faces.cli.subjects import Subjects
from furong.faces.cli.verdict_files import Told, Verdicts, show, writing
from furong.packs import Pack

ANSWERS = {"true": "满足", "false": "不满足", "unknown": "未知"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("match", help="把名单与政策逐一比对：符合、不符合、还缺什么")
    books.add_arguments(parser)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="VERDICTS", help="csv、parquet 或 jsonl"
    )
    parser.add_argument("--explain", action="store_true", help="加一列：逐条理由")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write one row for each subject and policy; a summary goes to stderr."""
    pack = books.open_pack(args.pack)
    book = books.book_of(pack, args.at)
    subjects = Subjects(Path(args.subjects), book, args.sheet, args.lenient)
    summary = Summary()
    judge = JudgeMany(Judge(book))
    declared = {**book.facts, **book.judgements}
    progress = _Progress()
    digits = money_digits(book.facts.values())
    with writing(args.out, explained=args.explain, digits=digits) as write:
        for ids, values in subjects.chunks():
            judged = [*judge(Columns.from_values(declared, values, len(ids)))]
            for found in judged:
                summary.add(found)
            write(ids, [_verdicts(found, explained=args.explain) for found in judged])
            progress.tell(subjects.count)
    progress.close()
    _tell(args.out, pack, book, args.at, subjects, summary)
    return 0


class Summary:
    """Counts of what was written. amount: in minor units."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.amount = 0

    def add(self, judged: Judged) -> None:
        counts = np.bincount(judged.pattern, minlength=len(judged.judgements)).tolist()
        for judgement, count in zip(judged.judgements, counts, strict=True):
            self.verdicts[judgement.verdict] += count
            if judgement.waits == ("facts",) and len(judgement.missing) == 1:
                self.missing[judgement.missing[0]] += count
        self.amount += judged.paid.total()

    def most_missing(self) -> list[tuple[str, int]]:
        """The facts that most verdicts wait for alone."""
        return sorted(self.missing.items(), key=lambda item: (-item[1], item[0]))[:5]


def _verdicts(judged: Judged, *, explained: bool) -> Verdicts:
    labels = [rule.criterion.label or rule.criterion.id for rule in judged.compiled.rules]
    told = []
    for judgement in judged.judgements:
        answers = (ANSWERS[answer] for _, answer in judgement.criteria)
        reasons = (f"{label}：{answer}" for label, answer in zip(labels, answers, strict=True))
        told.append(
            Told(
                judgement.policy,
                judgement.version,
                judgement.verdict,
                ";".join(judgement.missing),
                "；".join(reasons) if explained else None,
            )
        )
    return Verdicts(judged, told)


class _Progress:
    """A line on a terminal's stderr while it takes long."""

    def __init__(self) -> None:
        self.told = time.monotonic()
        self.end = ""

    def tell(self, count: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and now - self.told > 1:
            self.told, self.end = now, "\n"
            print(f"\r已比对 {count:,} 个对象", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        print(end=self.end, file=sys.stderr)


def _tell(
    out: Path, pack: Pack, book: Rulebook, at: date | None, subjects: Subjects, summary: Summary
) -> None:
    day = f"{at} 有效的版本" if at else "各政策最新一版"
    found = summary.verdicts
    digits = money_digits(book.facts.values())
    lines = [
        (
            f"{pack.manifest.id}@{pack.manifest.version}（{day}）："
            f"{subjects.count:,} 个对象 × {len(book.policies)} 条政策，写入 {out}"
        ),
        (
            f"符合 {found['eligible']:,}，不符合 {found['ineligible']:,}，未知 {found['unknown']:,}；"
            f"可算出的金额合计 {show(summary.amount, digits)} 元"
        ),
    ]
    if summary.missing:
        named = "，".join(
            f"{_label(book, key)}（{key}）{count:,}" for key, count in summary.most_missing()
        )
        lines.append(f"只缺一项即可确定的：{named}")
    for heading, hint in subjects.ignored.items():
        lines.append(f"注意：列“{heading}”不是内容包声明的事实，未使用。{hint}")
    if subjects.fault_count:
        lines.append(f"注意：{subjects.fault_count} 个单元格不能用，当作未知：")
        lines += [f"  {fault}" for fault in subjects.faults]
    books.tell("\n".join(lines))


def _label(book: Rulebook, key: str) -> str:
    fact = book.facts.get(key) or book.judgements.get(key)
    return fact.label if fact is not None and fact.label else key
