"""`python -m tools.messages`: write the catalogs. `--check`: judge them, and write nothing."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.messages.catalogs import (
    ENGLISH,
    LOCALE,
    TRADITIONAL,
    english,
    rendered,
    text_file,
    traditional,
)
from tools.messages.problems import Problem, foreign_words, half_plural, of_catalog
from tools.messages.sources import SOURCE, messages, named, uses
from tools.messages.unwrapped import unwrapped


def made(source: Path = SOURCE, locale: Path = LOCALE) -> dict[Path, bytes]:
    """Every file of the catalogs as the sources and the committed English make it."""
    found = messages(uses(source))
    catalogs = {ENGLISH: english(found, locale), TRADITIONAL: traditional(found)}
    return {
        text_file(language, locale).with_suffix(suffix): content
        for language, catalog in catalogs.items()
        for suffix, content in rendered(catalog).items()
    }


def problems(source: Path = SOURCE, locale: Path = LOCALE) -> Iterator[Problem]:
    """Everything that `make check` refuses."""
    yield from unwrapped(source)
    every = list(uses(source))
    yield from half_plural(every)
    found = messages(every)
    catalog = english(found, locale)
    yield from of_catalog(found, catalog, ENGLISH)
    yield from foreign_words(catalog, named(text_file(ENGLISH, locale)))
    for path, content in made(source, locale).items():
        if not path.exists() or path.read_bytes() != content:
            yield Problem(named(path), 1, "not what the sources make: run `make messages`")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="report problems, write nothing")
    checking = parser.parse_args().check
    if not checking:
        for path, content in made().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    found = sorted(problems())
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    return 1 if found and checking else 0


if __name__ == "__main__":
    sys.exit(main())
