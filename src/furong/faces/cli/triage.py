"""`furong triage`: train, measure and try what sorts messages; look-alikes among them."""

import argparse
import sys
import time
from pathlib import Path
from statistics import mean

import numpy as np

from furong.apps.base.errors import Refusal
from furong.engines.text.figures import Figures
from furong.engines.text.grams import Message
from furong.engines.text.modelfile import ModelProblem, load, load_or_cold, save
from furong.engines.text.similar import Similar
from furong.engines.text.taxonomy import Taxonomy, TaxonomyProblem
from furong.engines.text.triage import Suggestion, Triage
from furong.faces.cli import books
from furong.faces.cli.messages import BadMessages, Row, labels, messages
from furong.packs.triage import duties_of, taxonomy_of, zones_around


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("triage", help="判别来件的类别和承办单位，查找相似件")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    train = commands.add_parser("train", help="训练判别模型；没有数据时只用类别的词语")
    train.add_argument("data", nargs="?", type=Path, metavar="DATA", help="title,text,label")
    train.add_argument("--out", type=Path, required=True, metavar="MODEL")
    _add_labels(train)
    train.add_argument("--only", default="", metavar="类别", help="类别表里只用这几个，以逗号隔开")
    train.add_argument("--seed", type=int, default=0, help="留出检验怎样分份")
    train.set_defaults(run=run_train)
    evaluate = commands.add_parser("evaluate", help="用模型没有见过的来件检验")
    evaluate.add_argument("model", type=Path, metavar="MODEL")
    evaluate.add_argument("data", type=Path, metavar="DATA", help="title,text,label")
    evaluate.set_defaults(run=run_evaluate)
    similar = commands.add_parser("similar", help="在来件里查找相似的")
    similar.add_argument("data", type=Path, metavar="DATA", help="title,text")
    similar.add_argument("--query", required=True, metavar="TEXT")
    similar.add_argument("--top", type=int, default=5, metavar="N", help="列出几件")
    similar.set_defaults(run=run_similar)
    suggest = commands.add_parser("suggest", help="判别一件")
    suggest.add_argument("title", metavar="标题")
    suggest.add_argument("text", nargs="?", default="", metavar="正文")
    suggest.add_argument("--model", type=Path, metavar="MODEL", help="不写则只用类别的词语")
    suggest.add_argument("--zone", default="", metavar="地方", help="在哪个街道、园区")
    _add_labels(suggest)
    suggest.set_defaults(run=run_suggest)


def _add_labels(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--labels", type=Path, metavar="LABELS", help="类别表，yaml 或 csv")
    where.add_argument("--pack", metavar="文件夹", help="用内容包的诉求类别")


def run_train(args: argparse.Namespace) -> int:
    """Write a model and print what it rests on; figures are of examples held back."""
    rows = messages(args.data, labelled=True) if args.data else []
    taxonomy = _taxonomy(args, rows)
    _check_labels(args.data, rows, taxonomy)
    progress = _Progress()
    model = _trained(taxonomy, rows, args.seed, progress)
    progress.close()
    if not args.out.parent.is_dir():
        raise Refusal(f"没有文件夹 {args.out.parent}。请先建好，或者换一个位置")
    try:
        size = save(model, args.out)
    except OSError as error:
        raise Refusal(f"写不了 {args.out}（{error.strerror}）。请检查权限和磁盘") from error
    print(f"{args.out}：{len(taxonomy)} 个类别，{len(rows):,} 条，{size / 1e6:.1f} MB")
    measured = model.fitted and model.fitted.measured
    if measured:
        print("留出检验（每条由没有见过它的模型判别）：")
        _show(measured)
    else:
        print("没有留出检验：条数太少，只排次序，不自动填写类别")
    return 0


def _taxonomy(args: argparse.Namespace, rows: list[Row]) -> Taxonomy:
    only = [name for name in args.only.split(",") if name]
    if args.labels:
        return labels(args.labels, only)
    if only:
        raise Refusal("--only 要和 --labels 一起用。请补上类别表")
    if args.pack:
        return _of_pack(args.pack)
    if not rows:
        raise Refusal("既没有数据，也没有类别表。请给 DATA，或者 --labels、--pack")
    try:
        return Taxonomy.named(row.label for row in rows)
    except TaxonomyProblem as problem:
        raise BadMessages(f"{args.data.name}：{problem}") from problem


def _of_pack(where: str) -> Taxonomy:
    try:
        return taxonomy_of(books.open_pack(where))
    except LookupError as error:
        raise Refusal(str(error.args[0])) from error


def _check_labels(path: Path, rows: list[Row], taxonomy: Taxonomy) -> None:
    for row in rows:
        try:
            taxonomy.place(row.label)
        except TaxonomyProblem as problem:
            raise BadMessages(f"{path.name} 第 {row.line} 行：{problem}") from problem


def _trained(taxonomy: Taxonomy, rows: list[Row], seed: int, progress: "_Progress") -> Triage:
    from furong.engines.text.training import Example, train  # brings scikit-learn: a second

    grouped = bool(rows) and all(row.group for row in rows)
    return train(
        taxonomy,
        [Example(row.message, row.label) for row in rows],
        groups=[row.group for row in rows] if grouped else None,
        seed=seed,
        tell=progress.tell,
    )


def run_evaluate(args: argparse.Namespace) -> int:
    """Print how good a model is, each message read by itself as the dispatch desk would."""
    model = _loaded(args.model)
    rows = messages(args.data, labelled=True)
    _check_labels(args.data, rows, model.taxonomy)
    places = model.taxonomy.places
    given = np.zeros((len(rows), len(places)))
    spent = []
    progress = _Progress()
    for index, row in enumerate(rows):
        start = time.perf_counter()
        suggestion = model.suggest(row.message)
        spent.append(1000 * (time.perf_counter() - start))
        for one in suggestion.ranked:
            given[index, places[one.id]] = one.probability
        if index % 100 == 0:
            progress.tell(f"已判别 {index:,}/{len(rows):,}")
    progress.close()
    _show(Figures.of(given, np.array([places[row.label] for row in rows])))
    print(f"ms/message {mean(spent):.1f}")
    return 0


def _show(figures: Figures) -> None:
    print(f"macro-F1 {figures.macro_f1:.3f}")
    print(f"accuracy {figures.accuracy:.3f}")
    print(f"top-3 {figures.top_3:.3f}")
    print(f"ECE {figures.ece:.3f}")
    print(f"accuracy@80% {figures.at_80:.3f}")


def run_similar(args: argparse.Namespace) -> int:
    """Print the likest messages: score, id or line, title, and what stands in both."""
    if args.top < 1:
        raise Refusal("--top 要是正整数。请改成 5 这样的数")
    rows = {f"{row.line}": row for row in messages(args.data, labelled=False)}
    similar = Similar()
    progress = _Progress()
    for index, (line, row) in enumerate(rows.items()):
        similar.add(line, *row.message)
        if index % 1000 == 0:
            progress.tell(f"已读 {index:,}/{len(rows):,}")
    progress.close()
    found = similar.nearest(args.query, "", args.top)
    for one in found:
        row = rows[one.id]
        named = row.id or f"第 {row.line} 行"
        same = "（原文相同）" if one.same else ""
        print(f"{one.score:.3f}\t{named}\t{row.message.title}{same}\t{'、'.join(one.phrases)}")
    if not found:
        print("没有相似的")
    return 0


def run_suggest(args: argparse.Namespace) -> int:
    """Print the category, the passages that spoke for it, and departments with their clauses."""
    message = Message(args.title, args.text)
    pack = books.open_pack(args.pack) if args.pack else None
    taxonomy = labels(args.labels) if args.labels else _of_pack(args.pack) if args.pack else None
    if args.model is None:
        if taxonomy is None:
            raise Refusal("不知道有哪些类别。请给 --model、--labels 或 --pack")
        model = Triage.cold(taxonomy)
    elif taxonomy is None:
        model = _loaded(args.model)
    else:
        model, problem = load_or_cold(args.model, taxonomy)
        if problem:
            print(problem, file=sys.stderr)
    suggestion = model.suggest(message)
    _tell(suggestion)
    if pack is not None:
        categories = {one.id: one.probability for one in suggestion.ranked}
        zones = zones_around(pack, args.zone) if args.zone else []
        for unit in duties_of(pack).suggest(message, categories, zones):
            draft = "（假设，待核）" if unit.assumed else ""
            words = f"；文中有：{'、'.join(unit.words)}" if unit.words else ""
            print(f"承办建议 {unit.name}：{unit.clause}{draft}{words}")
    return 0


def _tell(suggestion: Suggestion) -> None:
    print(f"类别 {suggestion.category}")
    for one in suggestion.ranked[:3]:
        chance = f"\t{one.probability:.0%}" if suggestion.calibrated else ""
        print(f"  {one.name}{chance}")
    if not suggestion.calibrated:
        print("  （还没有用本区的件检验过，只排次序）")
    if suggestion.evidence:
        print(f"依据 {'、'.join(suggestion.evidence)}")


def _loaded(path: Path) -> Triage:
    try:
        return load(path)
    except ModelProblem as problem:
        raise Refusal(str(problem)) from problem


class _Progress:
    """A line on a terminal's stderr."""

    def __init__(self) -> None:
        self.end = ""

    def tell(self, what: str) -> None:
        if sys.stderr.isatty():
            self.end = "\n"
            print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        print(end=self.end, file=sys.stderr)
