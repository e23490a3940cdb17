"""`furong whatif`: how many a changed condition reaches, and for how much."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from furong.engines.rules import Rulebook, show_money
from furong.engines.rules.columns import Columns
from furong.engines.rules.model import money_digits
from furong.engines.rules.sweep import Reach, Sweep
from furong.faces.cli import books
from furong.faces.cli.subjects import Subjects, Values
from furong.packs.currency import major

WORDS = {"eligible": "符合", "unknown": "未知", "ineligible": "不符合"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("whatif", help="改一个条件试试：多惠及几家，多花多少")
    books.add_arguments(parser)
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        required=True,
        metavar="POLICY.CRITERION='expr'",
        help="把这个条件换成这个表达式；可写多次",
    )
    parser.add_argument("--json", action="store_true", help="每条政策一个 JSON 对象")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print, for each changed policy, what it reaches before and after."""
    book = books.book_of(books.open_pack(args.pack), args.at)
    other = books.changed(book, args.settings)
    subjects = Subjects(Path(args.subjects), book, args.sheet, args.lenient)
    values: Values = {}
    for _, chunk in subjects.chunks():
        for key, found in chunk.items():
            values.setdefault(key, []).extend(found)
    columns = Columns.from_values({**book.facts, **book.judgements}, values, subjects.count)
    ids = sorted({setting.partition(".")[0].strip() for setting in args.settings})
    now = Sweep(book.only(ids), columns)
    then = now.what_if(other.only(ids))
    digits = money_digits(book.facts.values())
    for policy_id in ids:
        before, after = now.reach(policy_id), then.reach(policy_id)
        print(_json(before, after, digits) if args.json else _table(other, before, after, digits))
    for heading, hint in subjects.ignored.items():
        books.tell(f"注意：列“{heading}”不是内容包声明的事实，未使用。{hint}")
    return 0


def _json(before: Reach, after: Reach, digits: int) -> str:
    told = {"before": _plain(before, digits), "after": _plain(after, digits)}
    return json.dumps({"policy": before.policy, **told})


def _plain(reach: Reach, digits: int) -> dict[str, object]:
    held = asdict(reach)
    del held["policy"]
    held["amount"] = format(major(held.pop("total"), digits), "f")
    return held


def _table(book: Rulebook, before: Reach, after: Reach, digits: int) -> str:
    title = book.policy(before.policy).policy.title
    lines = [f"{before.policy} {title}"]
    for name, word in WORDS.items():
        was, now = getattr(before, name), getattr(after, name)
        lines.append(f"  {word}\t{was:,} → {now:,}（{now - was:+,}）")
    was, now = before.total, after.total
    difference = show_money(major(abs(now - was), digits))
    sign = "+" if now >= was else "-"
    lines.append(
        f"  金额\t{show_money(major(was, digits))} → {show_money(major(now, digits))}"
        f"（{sign}{difference}）"
    )
    if after.amount_unknown:
        lines.append(f"  另有 {after.amount_unknown:,} 家符合而金额未知")
    return "\n".join(lines)
