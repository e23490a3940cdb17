"""The rulebook that a command works with: a pack's, as it is on a day."""

import argparse
import sys
from datetime import date

from furong.engines.rules import Rulebook, RuleErrors
from furong.faces.cli.subjects import BadInput
from furong.packs import Pack, PackErrors, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", metavar="PACK_DIR", help="内容包的文件夹，或已知内容包的编号")
    parser.add_argument(
        "subjects", metavar="SUBJECTS", help="csv、xlsx、parquet 或 jsonl；第一列是编号"
    )
    parser.add_argument(
        "--at",
        type=day,
        metavar="DATE",
        help="按这一天有效的版本，如 2020-03-02；不写则用各政策最新一版",
    )
    parser.add_argument("--sheet", metavar="NAME", help="xlsx 有几张工作表时，用哪一张")
    parser.add_argument("--lenient", action="store_true", help="不能用的单元格当作未知，照样比对")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} 不是日期，请写成 2020-03-02") from error


def open_pack(name: str) -> Pack:
    """The pack. Raises BadInput with every problem of it."""
    try:
        return load(name)
    except PackErrors as errors:
        told = "\n".join(
            f"{p.file}:{p.line}:{p.column}: {p.message} — {p.remedy}" for p in errors.problems
        )
        raise BadInput(f"内容包 {name} 不能用：\n{told}") from errors


def book_of(pack: Pack, at: date | None) -> Rulebook:
    """The policies valid on the day; without one, the latest version of each."""
    book = pack.rulebook()
    if at is None:
        return book
    valid = book.at(at)
    if not valid.policies:
        raise BadInput(f"{at} 没有有效的政策。请核对日期，或不写 --at")
    return valid


def changed(book: Rulebook, settings: list[str]) -> Rulebook:
    """The book after `--set POLICY.CRITERION=expr`. Raises BadInput."""
    changes = {}
    for setting in settings:
        target, equals, expression = setting.partition("=")
        policy, dot, criterion = target.strip().partition(".")
        if not (equals and dot and expression.strip()):
            raise BadInput(f'--set {setting} 看不懂。请写成 --set CN01.size="staff <= 50"')
        changes[policy, criterion] = expression.strip()
    try:
        return book.what_if(changes)
    except RuleErrors as errors:
        raise BadInput("\n".join(map(str, errors.problems))) from errors


def tell(text: str) -> None:
    """To stderr: results alone go to stdout."""
    print(text, file=sys.stderr)
