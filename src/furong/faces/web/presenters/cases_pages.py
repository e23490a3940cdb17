"""What the pages of cases show: the queue, one case, its forms."""

from collections.abc import Sequence
from dataclasses import dataclass

from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.cases_words import Due, FileCard
from furong.faces.web.presenters.parts import Badge, Chip, Pages, Select, Text


@dataclass(frozen=True, slots=True)
class Tab:
    label: Text
    url: str
    current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a queue. holder: who has it in hand; helpers: who works with them."""

    id: str
    number: str
    procedure: Text
    title: str
    subject: str
    street: Text
    kind: Badge | None
    state: Badge
    marks: Sequence[Badge]
    holder: Text
    helpers: Text
    due: Due | None
    opened: Text
    closed: Text = ""  # when and how, of a closed one


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the desk's keyboard, and what it does."""

    key: str
    does: Text


@dataclass(frozen=True, slots=True)
class QueuePage:
    tabs: Sequence[Tab]
    chips: Sequence[Chip]
    selects: Sequence[Select]
    filtered: bool
    kept: Sequence[tuple[str, str]]
    query: str
    rows: Sequence[CaseRow]
    pages: Pages
    total: int
    first: Text  # the next that is due
    openings: bool
    figures: bool
    keys: Sequence[Key]
    empty: tuple[Text, Text]


# --- one case -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the timeline. opened: personal answers, shown after a reason was given."""

    sequence: int
    label: Text
    who: Text
    at: str
    claimed: str  # when it happened, where that was another time
    said: Sequence[tuple[Text, Text]]
    files: Sequence[FileCard]
    to: Text
    tone: str = ""
    flag: Text = ""  # 内部, 公开
    opened: Sequence[tuple[Text, Text]] = ()
    may_reveal: bool = False
    reveal_url: str = ""


@dataclass(frozen=True, slots=True)
class ClockRow:
    label: Text
    unit: Text
    counted: Text
    raw: Text
    limit: Text
    due: Due | None
    running: bool
    state: Text
    tone: str


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    kind: Text
    unit: Text
    state: Badge
    marks: Sequence[Badge]
    assigned: Text
    signed: Text
    done: Text
    gone: bool


@dataclass(frozen=True, slots=True)
class ActLink:
    """A button. direct: nothing is asked, so that pressing it does it. key: of the keyboard."""

    key: str
    label: Text
    url: str
    direct: bool
    main: bool = False
    once: str = ""
    hot: str = ""
    proxy: bool = False
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class PendingRequest:
    label: Text
    asked: Text
    said: Sequence[tuple[Text, Text]]
    due: Due | None
    waits: Text  # why nobody can answer it yet
    answers: Sequence[ActLink]


@dataclass(frozen=True, slots=True)
class LinkedCase:
    relation: Text
    id: str
    number: str
    title: str
    state: Badge


@dataclass(frozen=True, slots=True)
class Paper:
    label: Text
    number: str
    at: Text
    shown: Sequence[tuple[str, str]]
    state: Badge | None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    id: str
    kind: Text
    label: str
    question: str
    state: Badge
    told: Text
    open: bool


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What stands above every page of a case."""

    id: str
    number: str
    procedure: Text
    title: str
    subject: str
    subject_id: str
    subject_number: str
    street: Text
    state: Badge
    kind: Badge
    marks: Sequence[Badge]
    external: Text
    revision: int


@dataclass(frozen=True, slots=True)
class TurnBox:
    """Whose turn it is and until when; of a closed case, how it ended."""

    who: Text
    units: Text
    due: Due | None
    clock: Text
    closed: Text = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A look-alike: why it is shown is said in words, not in per cent."""

    id: str
    number: str
    title: str
    subject: str
    state: Badge
    holder: Text
    why: Text
    merge: str = ""


@dataclass(frozen=True, slots=True)
class UnitAdvice:
    """A unit whose job it may be: by which clause of its duty list, and what else speaks for it."""

    name: str
    clause: str
    why: Text
    url: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """category: the likeliest, or 待人工判定; others: the likeliest in order; told: passages that told.

    learned: hand-outs that it rests on. problem: why only words answer.
    """

    category: Text
    others: Sequence[str]
    told: Sequence[str]
    units: Sequence[UnitAdvice]
    learned: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """A request that a case be left out of a unit's rate. again: asked a second time."""

    id: str
    case: str
    number: str
    title: str
    subject: str
    unit: Text
    rate: Text
    ground: Text
    words: str
    state: Badge
    again: bool
    asked: Text
    due: Due | None


@dataclass(frozen=True, slots=True)
class CasePage:
    head: CaseHead
    turn: TurnBox
    inside: bool
    acts: Sequence[ActLink]
    asks: Sequence[ActLink]
    exclusions: Sequence[ExclusionRow]
    pending: Sequence[PendingRequest]
    clocks: Sequence[ClockRow]
    assignments: Sequence[AssignmentRow]
    timeline: Sequence[Moment]
    links: Sequence[LinkedCase]
    papers: Sequence[Paper]
    supervisions: Sequence[Text]
    invitations: Sequence[InvitationRow]
    invite: ActForm | None
    alike: Sequence[Suggested]
    advice: Advice | None
    comment: ActForm
