"""`furong worker`: fires timers and seals the journal until it is stopped."""

import argparse
import os
import signal
import sys
from types import FrameType

from furong.faces.cli.django_setup import set_up_database


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "worker", help="后台值守：到时的事办了，日志随时封存", description=run.__doc__
    )
    parser.add_argument("--once", action="store_true", help="只办一轮就结束")
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """值守到收到停止信号为止；可以同时运行几个，同一件事只办一次。"""
    set_up_database()
    from furong.apps.base import clock, worker

    if args.once:
        done = worker.turn(clock.now())
        print(f"办了 {done.fired} 件到时的事，封存 {done.sealed} 条日志。")
        return 0
    end = _End(with_parent=args.with_parent)
    signal.signal(signal.SIGTERM, end.asked)
    signal.signal(signal.SIGINT, end.asked)
    print("后台值守已开始，按 Ctrl+C 停止。", file=sys.stderr)
    worker.work(end)
    return 0


class _End:
    """Whether to stop: somebody asked, or the process that started this one is gone."""

    def __init__(self, *, with_parent: bool) -> None:
        self.parent = os.getppid() if with_parent else None
        self.over = False

    def asked(self, _signal: int, _frame: FrameType | None) -> None:
        self.over = True

    def __call__(self) -> bool:
        return self.over or (self.parent is not None and os.getppid() != self.parent)
