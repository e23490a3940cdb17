"""What the four steps of an import show: upload, columns, preview, result."""

from collections.abc import Sequence
from dataclasses import dataclass

from furong.faces.web.presenters.parts import Badge, Chip, Kpi, Option, Pages, Text


@dataclass(frozen=True, slots=True)
class BatchRow:
    file: str
    kind: Text
    at: str
    by: Text
    status: Badge
    counts: Text
    url: str


@dataclass(frozen=True, slots=True)
class UploadPage:
    kinds: Sequence[Option]
    sources: Sequence[Option]
    batches: Sequence[BatchRow]
    limit: Text
    error: Text = ""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file: its heading, what stands in it, and what it is taken for."""

    index: int
    heading: str
    samples: Sequence[str]
    options: Sequence[Option]
    note: Text = ""
    tone: str = ""  # violet: not recognised; amber: look at it

    @property
    def letter(self) -> str:
        """The spreadsheet's own name for the column: 0 → A, 26 → AA."""
        number, text = self.index + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(65 + rest) + text
        return text


@dataclass(frozen=True, slots=True)
class MappingPage:
    id: str
    file: str
    kind: Text
    sheet: Text
    header: Text  # 表头在第 2–3 行（合并单元格），跳过 1 行合计
    rows: int
    columns: Sequence[ColumnRow]
    unmapped: int = 0
    problems: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    line: int
    name: Text
    code: str
    verdict: Badge
    reason: Text
    changes: Text = ""


@dataclass(frozen=True, slots=True)
class PreviewPage:
    id: str
    file: str
    kind: Text
    kpis: Sequence[Kpi]
    filters: Sequence[Chip]
    rows: Sequence[PreviewRow]
    pages: Pages
    valid: int
    invalid: int


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """How far an import has come. why: what stopped it, where that is known."""

    id: str
    file: str
    done: int
    total: int
    is_running: bool
    why: Text = ""

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class ResultPage:
    id: str
    file: str
    kind: Text
    at: str
    by: Text
    kpis: Sequence[Kpi]
    invalid: int
    digest: str
    finished: bool = True
    is_running: bool = False
    done: int = 0  # rows that were dealt with


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A file whose several sheets all look like lists: which one is meant?"""

    id: str
    file: str
    problem: Text
    sheets: Sequence[str]
