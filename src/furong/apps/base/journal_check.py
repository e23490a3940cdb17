"""The check of a chain of batches, alike for the tables and for an exported file.

Pure: neither Django nor a database.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from furong.apps.base.journal_chain import (
    GENESIS,
    BatchLine,
    EntryLine,
    Line,
    Unreadable,
    leaf_of,
    merkle_root,
)


@dataclass(frozen=True, slots=True)
class Root:
    """What an auditor keeps: the root over all entries up to `position`."""

    hex: str
    position: int

    def __str__(self) -> str:
        return f"{self.hex}@{self.position}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `HEX@POSITION`, as `furong journal root` prints it; `ValueError` says what to write."""
        found = re.fullmatch(r"([0-9a-f]{64})@([1-9]\d{0,17})", text.strip().lower())
        if not found:
            raise ValueError(
                f"{text!r} 不是日志的根。根是 64 位十六进制数加 @ 加位置，"
                "照 furong journal root 当时打印的原样填写"
            )
        return cls(found[1], int(found[2]))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at a position of the journal."""

    position: int
    what: str  # altered missing extra batch truncated root unreadable personal
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check. Sound when nothing was found."""

    entries: int
    batches: int
    root: Root | None  # over the last batch, as the journal states it
    findings: tuple[Finding, ...] = ()  # by position
    unsealed: int = 0  # entries not yet in any batch, hence not yet protected

    @property
    def sound(self) -> bool:
        return not self.findings

    @property
    def first(self) -> Finding | None:
        return self.findings[0] if self.findings else None


def check(lines: Iterable[Line], kept: Root | None = None) -> Report:
    """Walk a journal: each batch's entries in order, then the batch.

    Finds altered, missing, inserted and reordered entries and batches. A journal cut short, or
    rewritten from some point on, is only found against a root `kept` outside since before.
    """
    walk = _Walk(kept)
    for line in lines:
        walk.take(line)
    return walk.report()


@dataclass(slots=True)
class _Walk:
    kept: Root | None
    findings: list[Finding] = field(default_factory=list)
    entries: int = 0
    batches: int = 0
    next: int = 1  # the position that must come now
    previous: BatchLine | None = None
    pending: list[EntryLine] = field(default_factory=list)  # of the batch still to come
    findings_before: int = 0  # how many, when the last batch was done
    kept_seen: bool = False

    def take(self, line: Line) -> None:
        match line:
            case EntryLine():
                self._take_entry(line)
            case BatchLine():
                self._take_batch(line)
            case Unreadable():
                self._take_unreadable(line)

    def report(self) -> Report:
        for line in self.pending:
            self._find(line.position, "extra", f"第 {line.position} 条不属于任何批次")
        last = self.previous
        if self.kept and not self.kept_seen:
            self._find_end_before(self.kept, last.last if last else 0)
        return Report(
            entries=self.entries,
            batches=self.batches,
            root=Root(last.root, last.last) if last else None,
            findings=tuple(sorted(self.findings, key=lambda finding: finding.position)),
        )

    def _find(self, position: int, what: str, message: str) -> None:
        self.findings.append(Finding(position, what, message))

    def _take_entry(self, line: EntryLine) -> None:
        self.entries += 1
        position = line.position
        if position > self.next:
            self._find_missing(position - 1)
        elif position < self.next:
            self._find(position, "extra", f"第 {position} 条重复，或者次序颠倒")
        self.next = max(self.next, position + 1)
        self.pending.append(line)

    def _take_unreadable(self, line: Unreadable) -> None:
        position = self.next if line.position is None else line.position
        self._find(position, "unreadable", f"第 {position} 条处读不出来：{line.why}")
        if line.position == self.next:
            self.next += 1

    def _find_missing(self, last: int) -> None:
        span = f"第 {last} 条" if last == self.next else f"第 {self.next} 至 {last} 条"
        self._find(self.next, "missing", f"{span}不见了")

    def _take_batch(self, batch: BatchLine) -> None:
        self.batches += 1
        if batch.last >= self.next:
            self._find_missing(batch.last)
        leaves = self._check_entries(batch)
        self._check_place(batch)
        # Roots after a finding would only repeat it. No leaves: an earlier batch claims them.
        if leaves and len(self.findings) == self.findings_before:
            self._check_roots(batch, leaves)
        self._compare_with_kept(batch)
        self.next = max(self.next, batch.last + 1)
        self.previous = batch
        self.pending.clear()
        self.findings_before = len(self.findings)

    def _check_entries(self, batch: BatchLine) -> list[bytes]:
        leaves = []
        for line in self.pending:
            position = line.position
            if position > batch.last:
                self._find(position, "extra", f"第 {position} 条在批次 {batch.number} 之外")
            try:
                leaf = leaf_of(line.entry, batch.algorithm)
            except ValueError as error:
                self._find(position, "unreadable", f"第 {position} 条读不出来：{error}")
                continue
            if leaf.hex() != line.leaf:
                self._find(position, "altered", f"第 {position} 条封存之后被改动")
            leaves.append(leaf)
        return leaves

    def _check_place(self, batch: BatchLine) -> None:
        """Number, first position and previous root go on from the batch before."""
        before = self.previous
        number, first, root = (
            (before.number + 1, before.last + 1, before.root) if before else (1, 1, GENESIS)
        )
        if (batch.number, batch.first) != (number, first) or batch.last < batch.first:
            self._find(
                first,
                "batch",
                f"此处应是批次 {number}（从第 {first} 条起），"
                f"却是批次 {batch.number}（第 {batch.first} 至 {batch.last} 条）",
            )
        if batch.previous_root != root:
            self._find(first, "batch", f"批次 {batch.number} 接不上前一批的根")

    def _check_roots(self, batch: BatchLine, leaves: list[bytes]) -> None:
        where = f"批次 {batch.number}（第 {batch.first} 至 {batch.last} 条）"
        if merkle_root(leaves, batch.algorithm).hex() != batch.merkle_root:
            self._find(batch.first, "batch", f"{where}的条目与默克尔根不符")
        elif batch.expected_root() != batch.root:
            self._find(batch.first, "batch", f"{where}的根与批次内容不符")

    def _compare_with_kept(self, batch: BatchLine) -> None:
        if self.kept is None or batch.last != self.kept.position:
            return
        self.kept_seen = True
        if batch.root != self.kept.hex:
            self._find(
                batch.first,
                "root",
                f"第 {batch.last} 条处的根与您保存的不同：此处或更早的条目在您取根之后被整段重写",
            )

    def _find_end_before(self, kept: Root, last: int) -> None:
        if kept.position > last:
            self._find(
                last + 1,
                "truncated",
                f"日志止于第 {last} 条，而您保存的根盖到第 {kept.position} 条：后面的被截去了",
            )
        else:
            self._find(
                kept.position,
                "root",
                f"没有哪个批次止于第 {kept.position} 条：批次被重排过，或者根的位置抄错了",
            )
