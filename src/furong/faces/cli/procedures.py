"""`furong procedures`: installed versions, and moving open cases to a newer one."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from furong.faces.cli.django_setup import set_up_database

if TYPE_CHECKING:
    from furong.apps.cases.actions import Preview, Stays
    from furong.apps.cases.models import ProcedureVersion

DONE, SOME_STAY = 0, 1  # exit statuses; 2 is for commands that were refused

_TOLD_EVERY = 100


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("procedures", help="办理流程：各版本、在办件迁移到新版")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    every = commands.add_parser("list", help="列出已安装的各版和各版的在办件数")
    every.set_defaults(run=run_list)
    show = commands.add_parser("show", help="打印已安装的一版，可存为 earlier/ 下的文件")
    show.add_argument("procedure", metavar="流程")
    show.add_argument("version", type=int, metavar="版本")
    show.set_defaults(run=run_show)
    move = commands.add_parser(
        "migrate", help="把在办的件迁移到新版", description=run_migrate.__doc__
    )
    move.add_argument("procedure", metavar="流程")
    move.add_argument("--to", type=int, required=True, metavar="版本", help="迁移到第几版")
    move.add_argument("--dry-run", action="store_true", help="只列出会怎样，不写入")
    move.set_defaults(run=run_migrate)


def run_list(_args: argparse.Namespace) -> int:
    set_up_database()
    from furong.apps.cases.reads import versions

    for one in versions():
        row = one.row
        print(
            f"{row.code}@{row.version} {row.title}：在办 {one.open} 件，办结 {one.closed} 件"
            f"（{row.origin}）"
        )
        if one.behind and one.starts:
            print(
                f"    还有 {one.behind} 件在以前的版本，可用 migrate {row.code} --to {row.version}"
            )
    return DONE


def run_show(args: argparse.Namespace) -> int:
    """The content as JSON, which is YAML too."""
    set_up_database()
    from furong.apps.cases.actions import version_of

    content = json.loads(version_of(args.procedure, args.version).content)
    print(json.dumps(content, ensure_ascii=False, indent=1))
    return DONE


def run_migrate(args: argparse.Namespace) -> int:
    """逐件迁移，一件一个事务；中断了再运行一次即接着办。退出码：0 全部迁移，1 有件留在旧版，2 被拒绝。"""
    set_up_database()
    from furong.apps.base import clock
    from furong.apps.cases.actions import migrate, preview, version_of

    version = version_of(args.procedure, args.to)
    if args.dry_run:
        made = preview(version, by="cli", at=clock.now())
        _show(made)
        return SOME_STAY if made.stays else DONE
    done = migrate(version, by="cli", at=clock.now(), told=_progress)
    print(f"{_name(version)}：迁移 {done.moved} 件，留在旧版 {len(done.stays)} 件")
    _stays(done.stays)
    return SOME_STAY if done.stays else DONE


def _progress(done: int, of: int) -> None:
    if done % _TOLD_EVERY == 0:
        print(f"{done} / {of}", file=sys.stderr)


def _name(version: "ProcedureVersion") -> str:
    return f"{version.title}（{version.code}）第 {version.version} 版"


def _show(made: "Preview") -> None:
    from furong.apps.cases.reads import states_of

    version = made.version
    print(
        f"{_name(version)}：以前各版在办 {made.total} 件，"
        f"可迁移 {made.movable} 件，留在旧版 {len(made.stays)} 件"
    )
    labels = states_of(version.code)
    for (start, state, target), count in made.flows.items():
        after = labels[version.version][target]
        print(f"  第 {start} 版“{labels[start][state]}” → “{after}”：{count} 件")
    print(f"时限：提前 {made.sooner} 件，推后 {made.later} 件，迁移后即超时限 {made.overdue} 件")
    if made.withdrawn or made.waived:
        print(f"撤销请示 {made.withdrawn} 件，单位不再承办 {made.waived} 件")
    for case, dues in made.shifts:
        for due in dues:
            print(f"  {case.number} {due.label}：{_moment(due.before)} → {_moment(due.after)}")
    _stays(made.stays)


def _stays(stays: "list[Stays] | tuple[Stays, ...]") -> None:
    from furong.apps.cases.reads import states_of

    labels = states_of(stays[0].case.procedure.code) if stays else {}
    for one in stays:
        held = one.case.procedure.version
        print(f"  {one.case.number}（第 {held} 版“{labels[held][one.case.state]}”）：{one.why}")


def _moment(moment: object) -> str:
    from datetime import datetime

    from furong.apps.base import clock

    if not isinstance(moment, datetime):
        return "不计时"
    return f"{moment.astimezone(clock.zone()):%Y-%m-%d %H:%M}"
