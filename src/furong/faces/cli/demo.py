"""`furong demo`: a synthetic district in the browser. `furong population`: its subjects in a file."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from furong.packs import PackErrors

PACK = "furong-2020"
REFUSED = 2


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `demo` and `population`; each sets `run`, a function from arguments to exit status."""
    demo = subparsers.add_parser("demo", help="从无到有建一个示例区，在浏览器里打开")
    demo.add_argument("--port", type=int, default=8000, metavar="端口")
    demo.add_argument("--host", default="127.0.0.1", metavar="地址", help="默认只有本机能访问")
    demo.add_argument("--size", type=_size, metavar="户数", help="多少家服务对象")
    demo.add_argument("--seed", type=int, metavar="种子", help="换一个数，就是另一个区")
    demo.add_argument("--pack", default=PACK, metavar="内容包", help="文件夹，或已知内容包的编号")
    demo.add_argument("--reset", action="store_true", help="删掉演示建的数据，重新来过")
    demo.add_argument("--no-serve", action="store_true", help="只建数据，不开网页")
    demo.set_defaults(run=_refusing(run_demo))

    population = subparsers.add_parser(
        "population", help="把合成的服务对象写成文件，供 furong match 使用"
    )
    population.add_argument("--pack", default=PACK, metavar="内容包")
    population.add_argument("--size", type=_size, required=True, metavar="户数")
    population.add_argument("--seed", type=int, metavar="种子")
    population.add_argument(
        "--out", type=Path, required=True, metavar="文件", help=".csv、.xlsx 或 .parquet"
    )
    population.set_defaults(run=_refusing(run_population))


def run_demo(args: argparse.Namespace) -> int:
    from furong.faces.demo.run import Options, run

    options = Options(
        pack=args.pack,
        size=args.size,
        seed=args.seed,
        host=args.host,
        port=args.port,
        reset=args.reset,
        serve=not args.no_serve,
    )
    run(options)
    return 0


def run_population(args: argparse.Namespace) -> int:
    from furong.faces.demo.population import SEED, Population
    from furong.faces.demo.progress import stage
    from furong.faces.demo.writing import write
    from furong.packs import load

    population = Population(load(args.pack), SEED if args.seed is None else args.seed)
    with stage(f"写入 {args.out}", args.size) as progress:
        write(population, args.size, args.out, progress.at)
    return 0


def _size(text: str) -> int:
    from furong.faces.demo.codes import MAXIMUM

    number = int(text.replace(",", "").replace("_", ""))
    if not 0 < number <= MAXIMUM:
        raise argparse.ArgumentTypeError(f"户数 {text} 不行，应在 1 到 {MAXIMUM:,} 之间")
    return number


def _refusing(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A faulty pack and a file that cannot be written end in a sentence and exit status 2."""

    def run(args: argparse.Namespace) -> int:
        try:
            return command(args)
        except PackErrors as errors:
            print(errors, file=sys.stderr)
        except OSError as error:
            print(f"{error.filename or ''}：{error.strerror}。请核对路径和权限", file=sys.stderr)
        return REFUSED

    return run
