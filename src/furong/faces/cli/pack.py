"""`furong pack`: check, compare, install and export packs, and write the schemas that editors read."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from furong.apps.base.errors import Refusal
from furong.faces.cli.django_setup import set_up_database
from furong.packs import Pack, PackErrors, Problem, check, load
from furong.packs.diff import ABSENT, Change, Value, diff
from furong.packs.export import export_json, export_zip
from furong.packs.models.sections import NOUNS
from furong.packs.schema import schemas

DATABASE = "db"
"""Stands for what the database holds, where a pack is asked for."""

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pack` and its commands; each sets `run`, a function from arguments to exit status."""
    parser = subparsers.add_parser("pack", help="检查、比较、安装、导出内容包")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    one = commands.add_parser("check", help="检查内容包，指出哪一行错、应怎样写")
    one.add_argument(
        "packs", nargs="+", metavar="文件夹", help="文件夹、其中的 pack.yaml，或已知内容包的编号"
    )
    one.set_defaults(run=run_check)
    two = commands.add_parser("diff", help="列出两个内容包的不同")
    two.add_argument("before", metavar="甲", help=f"原来的内容包，{DATABASE} 为数据库里已安装的")
    two.add_argument("after", metavar="乙", help=f"现在的内容包，{DATABASE} 为数据库里已安装的")
    two.set_defaults(run=run_diff)
    three = commands.add_parser("export", help="导出为一个文件")
    three.add_argument("pack", metavar="文件夹")
    three.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="文件",
        help=".json 为合并后的内容，.zip 为全部文件夹",
    )
    three.set_defaults(run=run_export)
    apply = commands.add_parser("apply", help="安装或升级到数据库；已安装的不变")
    apply.add_argument("pack", metavar="文件夹")
    apply.set_defaults(run=run_apply)
    four = commands.add_parser("schema", help="写出供编辑器使用的 JSON Schema")
    four.add_argument("--out", type=Path, default=Path("packs/schema"), metavar="文件夹")
    four.set_defaults(run=run_schema)


def run_check(args: argparse.Namespace) -> int:
    """Print every problem once, then what each sound pack holds. 1 if there is any problem."""
    seen: set[Problem] = set()
    for where in args.packs:
        report = check(where)
        _show([problem for problem in report.problems if problem not in seen])
        seen.update(report.problems)
        if report.pack is not None:
            passed = sum(outcome.ok for outcome in report.outcomes)
            print(_summary(report.pack, passed, len(report.outcomes)))
    if seen:
        print(f"共 {len(seen)} 处问题", file=sys.stderr)
    return 1 if seen else 0


def _summary(pack: Pack, passed: int, cases: int) -> str:
    counts = "，".join(f"{noun.word} {len(getattr(pack, noun.section))}" for noun in NOUNS)
    return f"{pack.manifest.id}@{pack.manifest.version}：{counts}，算例 {passed}/{cases} 通过"


def _show(problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(
            f"{_near(problem.file)}:{problem.line}:{problem.column}: "
            f"{problem.message} — {problem.remedy}"
        )


def _near(file: Path) -> Path:
    """The path as one would type it here."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


def run_diff(args: argparse.Namespace) -> int:
    """Print what differs. 0 if nothing does, 1 if something does, 2 if a pack cannot be read."""
    try:
        changes = diff(*_sides(args.before, args.after))
    except PackErrors as errors:
        _show(errors.problems)
        return 2
    for change in changes:
        _show_change(change)
    return 1 if changes else 0


def _sides(before: str, after: str) -> tuple[Pack, Pack]:
    """Both packs; what the database holds, in the form of the other one, for the word `db`."""
    packs = [None if where == DATABASE else load(where) for where in (before, after)]
    match packs:
        case [Pack() as old, Pack() as new]:
            return old, new
        case [None, Pack() as new]:
            return _installed(new), new
        case [Pack() as old, None]:
            return old, _installed(old)
    raise Refusal(f"两边都是 {DATABASE} — 请把其中一边写成内容包的文件夹")


def _installed(like: Pack) -> Pack:
    set_up_database()
    from furong.apps.policies.reads import as_pack

    return as_pack(like)


def run_apply(args: argparse.Namespace) -> int:
    """Install a pack, or upgrade to it. 1 if it has problems, 2 if it cannot be installed here."""
    set_up_database()
    from furong.apps.base import clock
    from furong.apps.policies.actions import apply_pack

    try:
        applied = apply_pack(args.pack, by="cli", at=clock.now())
    except PackErrors as errors:
        _show(errors.problems)
        return 1
    manifest = applied.pack.manifest
    print(f"{manifest.id}@{manifest.version} {'已安装' if applied.installed else '没有变化'}")
    zones, organisations, policies = applied.zones, applied.organisations, applied.policies
    for what, names in {
        "+ 地方": zones.added,
        "~ 地方": zones.changed,
        "- 地方（停用）": zones.withdrawn,
        "+ 单位": organisations.added,
        "~ 单位": organisations.changed,
        "- 单位（停用）": organisations.withdrawn,
        "~ 文件": policies.documents,
        "+ 政策": policies.added,
        "= 政策（内容包不再声明，予以保留）": policies.kept,
    }.items():
        if names:
            print(f"{what} {len(names)}：{'、'.join(names)}")
    return 0


def _show_change(change: Change) -> None:
    print(f"{_SIGNS[change.kind]} {change.section} {change.name}")
    for value in change.values:
        print(f"    {_line(value)}")


def _line(value: Value) -> str:
    if value.before is ABSENT:
        return f"+ {value.path}: {value.after}"
    if value.after is ABSENT:
        return f"- {value.path}: {value.before}"
    return f"{value.path}: {value.before} → {value.after}"


def run_export(args: argparse.Namespace) -> int:
    """Write the pack as .json or .zip. 1 if it has problems or the file's ending is another."""
    out: Path = args.out
    if out.suffix not in (".json", ".zip"):
        print(f"不认识的文件类型 {out.name} — 请以 .json 或 .zip 结尾", file=sys.stderr)
        return 1
    try:
        pack = load(args.pack)
    except PackErrors as errors:
        _show(errors.problems)
        return 1
    try:
        if out.suffix == ".zip":
            export_zip(pack, out)
        else:
            out.write_text(export_json(pack), encoding="utf-8")
    except OSError as error:
        print(
            f"写不了 {out}（{error.strerror}） — 请检查文件夹是否存在、有没有写入权限",
            file=sys.stderr,
        )
        return 1
    print(f"{out}：{pack.manifest.id}@{pack.manifest.version}，摘要 {pack.digest}")
    return 0


def run_schema(args: argparse.Namespace) -> int:
    """Write the schemas."""
    out: Path = args.out
    out.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (out / name).write_text(text, encoding="utf-8")
        print(out / name)
    return 0
