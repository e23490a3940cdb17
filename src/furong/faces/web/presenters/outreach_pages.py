"""What the pages for spreading a policy, the inbox and the outbox show."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from furong.faces.web.presenters.parts import Badge, Chip, Kpi, Pages, Text


@dataclass(frozen=True, slots=True)
class PaperCard:
    """One paper to look at and to take along."""

    kind: str
    label: Text
    use: Text
    is_picture: bool


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One forwarding in the tree; `depth` steps from whoever began."""

    who: str
    place: Text
    at: str
    depth: int
    opened: int
    readers: int
    previews: int
    mine: bool = False

    @property
    def indent(self) -> int:
        """Steps that the page still draws."""
        return min(self.depth, 6)


@dataclass(frozen=True, slots=True)
class OutreachPage:
    id: str
    title: Text
    link: str  # whole: as it is copied
    chat: str
    papers: Sequence[PaperCard]
    forwarded: str = ""  # when the person forwarded; none: not yet
    kpis: Sequence[Kpi] = ()
    trace: Sequence[TraceRow] = ()
    may_see_all: bool = False


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: UUID
    title: str
    body: str
    at: str
    sender: Text
    unread: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    filters: Sequence[Chip]
    rows: Sequence[MessageRow]
    pages: Pages
    unread: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    due: str
    recipient: str
    title: str
    body: str
    state: Badge
    note: Text
    urgent: bool
    attempts: int
    read: str  # when, on the platform


@dataclass(frozen=True, slots=True)
class OutboxPage:
    filters: Sequence[Chip]
    rows: Sequence[OutboxRow]
    pages: Pages
    failed: int
    carriers: Sequence[str]  # the channels that are set up; none: nothing goes out
    quiet: Text
