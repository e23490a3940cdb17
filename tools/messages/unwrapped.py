"""Chinese that a reader would see and no catalog can translate: words outside gettext."""

import ast
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from tools.messages.problems import CHINESE, Problem
from tools.messages.sources import KEYWORDS, SOURCE, modules, named, templates

BY_DESIGN = {
    "engines/*.py": "pure: no Django, hence no gettext",
    "packs/*.py": "pure, and its readers write packs in Chinese",
    "config/*.py": "the languages by their own names",
    "faces/cli/*.py": "the command line speaks to the district's own operators",
    "faces/demo/*.py": "a district's worth of Chinese names, and its command line",
    "apps/*/migrations/*.py": "history",
    "apps/base/journal_chain.py": "also run by an outsider who verifies an export",
    "apps/base/journal_check.py": "also run by an outsider who verifies an export",
    "apps/policies/case_sheets.py": "the headings of a sheet that goes out and comes back",
    "apps/cases/relay/letters.py": "the headings of a hotline's exports",
    **{
        f"apps/policies/sheets/{name}.py": "the words of a sheet that goes out and comes back"
        for name in ("cells", "columns", "conditions", "examples", "words")
    },
    "apps/registry/tables/heading.py": "what is written in the tables that offices upload",
}
"""Modules whose words stay Chinese, and why."""

MARK = "# zh:"
"""What stands on a line with this mark, or is assigned on it, stays Chinese; after the mark stands why."""

TRANSLATING = re.compile(r"\s*(translate|trans|blocktranslate|blocktrans|plural|comment)\b")
LITERAL = re.compile(r"""(_\()?("[^"]*"|'[^']*')""")


def unwrapped(source: Path = SOURCE) -> Iterator[Problem]:
    """Every place under a source folder, by file and line."""
    for path in modules(source):
        inside = path.relative_to(source).as_posix()
        if not any(fnmatch(inside, pattern) for pattern in BY_DESIGN):
            yield from _found(path, in_module(path.read_text("utf-8")))
    for path in templates(source):
        yield from _found(path, in_template(path.read_text("utf-8")))
    for path in sorted([*source.rglob("static/**/*.js"), *source.rglob("static/**/*.css")]):
        lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
        yield from _found(path, ((n, line) for n, line in lines if CHINESE.search(line)))


def _found(path: Path, places: Iterator[tuple[int, str]]) -> Iterator[Problem]:
    for line, words in places:
        yield Problem(named(path), line, f"not wrapped in gettext: {words.strip()!r}")


def in_module(code: str) -> Iterator[tuple[int, str]]:
    """(line, words) of every string constant that is neither a message nor a docstring."""
    lines = code.splitlines()
    tree = ast.parse(code)
    fine = {id(constant) for node in ast.walk(tree) for constant in _fine(node, lines)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CHINESE.search(node.value)
            and id(node) not in fine
            and MARK not in lines[(node.end_lineno or node.lineno) - 1]
        ):
            yield node.lineno, node.value


def _fine(node: ast.AST, lines: Sequence[str]) -> Iterator[ast.AST]:
    """The constants under a node that are messages, or documentation, or marked."""
    if isinstance(node, ast.Call) and _name(node.func) in KEYWORDS:
        for argument in node.args:
            yield from ast.walk(argument)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Assign) and MARK in lines[node.lineno - 1]:
        yield from ast.walk(node)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """(line, words) of text, and of literals in tags, that no translating tag encloses."""
    enclosing = ""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            if enclosing:
                enclosing = "" if name == f"end{enclosing}" else enclosing
            elif name in {"blocktranslate", "blocktrans", "comment", "verbatim"}:
                enclosing = name
        if not enclosing and token.token_type != TokenType.COMMENT:
            yield from _in_token(token)


def _in_token(token: Token) -> Iterator[tuple[int, str]]:
    if token.token_type == TokenType.TEXT:
        for offset, line in enumerate(token.contents.split("\n")):
            if CHINESE.search(line):
                yield (token.lineno or 0) + offset, line
    elif not TRANSLATING.match(token.contents):
        for wrapped, literal in LITERAL.findall(token.contents):
            if not wrapped and CHINESE.search(literal):
                yield token.lineno or 0, literal
