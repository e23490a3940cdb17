"""Messages as the sources hold them: modules, and templates as Django's own `templatize` reads them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "furong"

KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""Function → which of its arguments are messages; c: the context. None: the first."""


def modules(source: Path = SOURCE) -> list[Path]:
    return sorted(source.rglob("*.py"))


def templates(source: Path = SOURCE) -> list[Path]:
    return sorted(source.rglob("templates/**/*.html"))


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a message. message: with its plural form, where it has one."""

    file: str
    line: int
    message: str | tuple[str, ...]
    context: str | None


def uses(source: Path = SOURCE) -> Iterator[Use]:
    """Every use of every message, file by file."""
    for path in [*modules(source), *templates(source)]:
        method: Callable[..., Any] = extract_template if path.suffix == ".html" else extract_python
        with path.open("rb") as file:
            for line, message, _comments, context in extract(method, file, keywords=KEYWORDS):
                yield Use(named(path), line, message, context)


def messages(found: Iterable[Use]) -> Catalog:
    """Every message once, with the file and line of each use, in the order of the first uses."""
    catalog = Catalog(charset="utf-8")
    for use in found:
        catalog.add(use.message, locations=[(use.file, use.line)], context=use.context)
    return catalog


def named(path: Path) -> str:
    """A path as reports write it: from the root of the repository, where it lies in it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def extract_template(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[Any]:
    """Babel's extraction method for a Django template.

    `templatize` leaves calls of gettext and blanks at the template's own indents, which mean nothing:
    without them Python's tokenizer has nothing to object to.
    """
    calls = templatize(file.read().decode())
    lines = "\n".join(line.lstrip() for line in calls.split("\n"))
    return extract_python(BytesIO(lines.encode()), keywords, comment_tags, options)
