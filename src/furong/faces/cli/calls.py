"""`furong calls`: plan a call list from a file of credit codes, and open it as one act."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from furong.faces.cli.django_setup import set_up_database
from furong.faces.cli.subjects import BadInput

if TYPE_CHECKING:
    from furong.apps.cases.models import CallList
    from furong.apps.directory.models import User


_CONTEXT = "calls.file"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "calls", help="外呼名单：按信用代码的表格拟一份，并发起", description=run.__doc__
    )
    parser.add_argument("file", type=Path, metavar="表格", help="xlsx 或 csv，有信用代码一列")
    parser.add_argument("--name", required=True, metavar="名称", help="核对名称")
    parser.add_argument("--script", type=Path, required=True, metavar="文件", help="话术，纯文本")
    parser.add_argument(
        "--fact", action="append", default=[], metavar="编号", help="核对的一项信息；可以写几次"
    )
    parser.add_argument("--team", required=True, metavar="单位", help="核对小组的单位编号")
    parser.add_argument(
        "--caller", action="append", default=[], metavar="用户名", help="外呼人员；不写为全组"
    )
    parser.add_argument(
        "--way", choices=("even", "street"), default="even", help="平均分，或按街道"
    )
    parser.add_argument("--percent", type=int, metavar="比例", help="复核百分之几；不写按流程")
    parser.add_argument("--seed", default="", metavar="种子", help="抽样的种子；不写则随机")
    parser.add_argument("--kind", default="", metavar="缓急", help="缓急的编号；不写为第一种")
    parser.add_argument("--by", required=True, metavar="用户名", help="以谁的名义")
    parser.add_argument("--open", action="store_true", help="预检后即发起；不写只拟稿")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """拟一份外呼名单，说明谁不外呼和原因；--open 的，随即发起。同一表格、同样要求只拟一次。"""
    set_up_database()
    from furong.apps.base import cipher, clock
    from furong.apps.base.idempotency import digest_of
    from furong.apps.cases.actions import CallPlan, open_calls, plan_calls
    from furong.apps.cases.calls.population import wanted_of
    from furong.apps.directory.access import Denied
    from furong.apps.registry.tables.reader import read_table

    for path in (args.file, args.script):
        if not path.is_file():
            raise BadInput(f"没有文件 {path}。请核对路径")
    by, at = _user(args.by), clock.now()
    plan = CallPlan(
        title=args.name,
        script=_script(args.script),
        facts=args.fact,
        team=args.team,
        kind=args.kind,
        callers=[_user(name).pk for name in args.caller],
        way=args.way,
        percent=args.percent,
        seed=args.seed or cipher.blind(digest_of(args.file.read_bytes()), context=_CONTEXT)[:16],
        origin=args.file.name,
    )
    with read_table(args.file) as table:
        wanted = wanted_of(table)
    same: Any = {"plan": repr(plan), "wanted": [repr(one) for one in wanted]}
    try:
        sent = cipher.blind(digest_of(same), context=_CONTEXT)
        made = plan_calls(plan, wanted, client_id=uuid5(by.pk, sent), by=by, at=at)
    except Denied as denied:
        raise BadInput(f"{args.by}：{denied}") from denied
    _tell(made)
    if args.open:
        made = open_calls(made, by=by, at=at)
        _open(made)
        _tell(made)
    return 0


def _script(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} 不是 UTF-8 文本，没有拟名单。请另存为 UTF-8 再试") from error


def _open(made: "CallList") -> None:
    """All chunks, in turn with the worker, which has its own appointment with the list."""
    from furong.apps.base import clock
    from furong.apps.base.timers import Later
    from furong.apps.cases.actions import go_on

    while made.stage in made.MOVING:
        try:
            go_on(made.pk, at=clock.now())
        except Later:  # the worker is at it
            time.sleep(0.2)
        print(".", end="", file=sys.stderr, flush=True)
        made.refresh_from_db()
    print(file=sys.stderr)


def _user(username: str) -> "User":
    from furong.apps.directory.models import User

    if (user := User.objects.filter(username=username, is_active=True).first()) is None:
        raise BadInput(f"没有用户 {username}，或者账号已停用。请核对用户名")
    return user


def _tell(made: "CallList") -> None:
    from furong.apps.cases.models import CallLine
    from furong.apps.cases.reads import left_out_counts, line_counts

    labels = dict(CallLine.State.choices)
    print(f"{made.title}（{made.pk}）：{made.get_stage_display()}")
    for state, count in line_counts(made).items():
        print(f"  {labels[state]}\t{count}")
    reasons = dict(CallLine.Why.choices)
    for why, count in left_out_counts(made).items():
        print(f"    {reasons.get(why, why)}\t{count}")
