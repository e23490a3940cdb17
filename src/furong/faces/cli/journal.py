"""`furong journal`: seal, hand out the root, export, verify; verifying a file needs no database."""

import argparse
import sys
from pathlib import Path
from typing import BinaryIO, Literal

from furong.apps.base.errors import Refusal
from furong.apps.base.journal_chain import load
from furong.apps.base.journal_check import Report, Root, check
from furong.faces.cli.django_setup import set_up_database

SOUND, UNSOUND = 0, 1  # exit statuses; 2 is for commands that were not understood
SHOWN = 20  # findings


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("journal", help="日志：封存、取根、导出、核验")
    commands = parser.add_subparsers(dest="journal_command", required=True)

    verify = commands.add_parser(
        "verify",
        help="核验日志有无改动；给出导出的文件则不用数据库",
        description=run_verify.__doc__,
    )
    verify.add_argument("file", nargs="?", type=Path, metavar="FILE.jsonl")
    verify.add_argument("--root", type=_root, metavar="HEX@POSITION", help="您此前保存的根")
    verify.set_defaults(run=run_verify)

    root = commands.add_parser("root", help="打印当前的根，由审计人员另行保存")
    root.set_defaults(run=run_root)

    seal = commands.add_parser("seal", help="封存已提交的条目")
    seal.set_defaults(run=run_seal)

    export = commands.add_parser("export", help="导出已封存的日志，不含个人信息")
    export.add_argument("--out", required=True, type=Path, metavar="FILE.jsonl")
    export.set_defaults(run=run_export)

    reapply = commands.add_parser("reapply", help="恢复备份之后，把已抹除的个人信息重新抹除")
    reapply.add_argument("file", nargs="?", type=Path, metavar="ERASURES.jsonl")
    reapply.set_defaults(run=run_reapply)


def run_verify(args: argparse.Namespace) -> int:
    """核验日志。退出码：0 完好，1 有问题，2 用法不对。"""
    if args.file:
        with _open(args.file) as file:
            report = check(map(load, file), args.root)
    else:
        set_up_database()
        from furong.apps.base import journal

        report = journal.verify(args.root)
    return _tell(report, args.root)


def _tell(report: Report, kept: Root | None) -> int:
    if report.first is None:
        end = f"，封至第 {report.root.position} 条" if report.root else ""
        print(f"日志完好：{report.batches} 批，{report.entries} 条{end}。")
    else:
        print(f"日志有问题，最早在第 {report.first.position} 条：")
        for finding in report.findings[:SHOWN]:
            print(f"  {finding.message}")
        if len(report.findings) > SHOWN:
            print(f"  ……共 {len(report.findings)} 处")
    if kept is None:
        print("没有与您保存的根比对：整段重写和截去末尾查不出来。请加 --root", file=sys.stderr)
    if report.unsealed:
        print(f"另有 {report.unsealed} 条尚未封存，不在核验之列。", file=sys.stderr)
    return SOUND if report.sound else UNSOUND


def run_root(_args: argparse.Namespace) -> int:
    set_up_database()
    from furong.apps.base import journal

    print(journal.publish_root())
    return SOUND


def run_seal(_args: argparse.Namespace) -> int:
    set_up_database()
    from furong.apps.base import clock, journal

    batches = journal.seal(at=clock.now())
    sealed = sum(batch.last - batch.first + 1 for batch in batches)
    print(f"封存 {sealed} 条，{len(batches)} 批。")
    return SOUND


def run_export(args: argparse.Namespace) -> int:
    set_up_database()
    from furong.apps.base import journal

    part = args.out.with_name(f"{args.out.name}.part")
    with _open(part, "wb") as file:
        file.writelines(journal.export())
    part.replace(args.out)
    print(f"已导出到 {args.out}。")
    return SOUND


def run_reapply(args: argparse.Namespace) -> int:
    set_up_database()
    from django.conf import settings

    from furong.apps.base import actions, clock

    path = args.file or Path(settings.FURONG_ERASURES)
    with _open(path) as lines:
        erased = actions.reapply_erasures(lines, by="cli", at=clock.now())
    print(f"重新抹除 {erased} 项个人信息。")
    return SOUND


def _root(text: str) -> Root:
    try:
        return Root.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _open(path: Path, mode: Literal["rb", "wb"] = "rb") -> BinaryIO:
    try:
        return path.open(mode)
    except OSError as error:
        raise Refusal(f"打不开 {path}：{error.strerror}。请检查路径和权限") from None
