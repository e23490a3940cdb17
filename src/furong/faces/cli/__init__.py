"""The command line `furong`. Each command is one module with `add_parser`; verbs live elsewhere."""

import argparse
import sys
from collections.abc import Sequence

from furong.apps.base.errors import Refusal
from furong.faces.cli import (
    calls,
    demo,
    journal,
    match,
    pack,
    procedures,
    triage,
    whatif,
    worker,
    worktime,
)

MISUSED = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 where it did what was asked."""
    parser = argparse.ArgumentParser(prog="furong", description="区县企业服务平台")
    commands = parser.add_subparsers(dest="name", required=True, metavar="命令")
    for module in (demo, match, whatif, pack, procedures, journal, triage, worktime, worker, calls):
        module.add_parser(commands)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("已中断", file=sys.stderr)
        return 130
