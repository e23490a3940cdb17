"""What the frame, the sign-in page, the home page and the journal page show."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from furong.faces.web.presenters.cases_pages import CaseRow
from furong.faces.web.presenters.parts import Badge, Bar, Kpi, Text


@dataclass(frozen=True, slots=True)
class NavLink:
    label: Text
    url: str
    icon: str
    short: Text = ""  # the label where there is little room
    current: bool = False
    count: str = ""  # what waits there for the reader


@dataclass(frozen=True, slots=True)
class NavGroup:
    label: Text
    links: Sequence[NavLink]


@dataclass(frozen=True, slots=True)
class Navigation:
    """Every link, grouped, for the desk; on a phone a bar of a few, and the rest under 更多."""

    groups: Sequence[NavGroup] = ()
    bar: Sequence[NavLink] = ()
    more: Sequence[NavGroup] = ()

    @property
    def more_is_current(self) -> bool:
        return any(link.current for group in self.more for link in group.links)

    @property
    def more_waits(self) -> bool:
        return any(link.count for group in self.more for link in group.links)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface, by its own name. code: as Django and the cookie write it."""

    code: str
    name: str
    current: bool

    @property
    def tag(self) -> str:
        """As `lang` writes it: zh-Hans."""
        return to_locale(self.code).replace("_", "-")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page."""

    district: str = ""
    demo: bool = False
    large: bool = False
    clock: str = ""
    person: str = ""
    role: Text = ""
    navigation: Navigation = Navigation()
    may_search: bool = False
    unread: int = 0  # messages
    languages: Sequence[Language] = ()

    @property
    def title(self) -> str:
        return _("%(district)s企业服务") % {"district": self.district}

    @property
    def language(self) -> str:
        """The current language's own name."""
        return next((one.name for one in self.languages if one.current), "")


@dataclass(frozen=True, slots=True)
class RoleCard:
    username: str
    role: Text
    person: str
    does: Text


@dataclass(frozen=True, slots=True)
class LoginPage:
    roles: Sequence[RoleCard] = ()
    error: Text = ""
    username: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing worth looking at now, and why."""

    text: Text
    note: Text
    count: str
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    greeting: Text
    date: Text
    heading: Text  # of the tasks
    tasks: Sequence[Task]
    kpis: Sequence[Kpi]
    whose: Text = ""  # whose figures the bars show
    top: Sequence[Bar] = ()
    cases: Sequence[CaseRow] = ()  # what waits for the person, the next due first
    waiting: str = ""  # how many in all
    streets: Sequence[Bar] = ()


@dataclass(frozen=True, slots=True)
class EntryRow:
    position: str
    at: str
    verb: Text
    about: Text
    about_id: str
    by: Text
    by_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    root: str
    sealed_at: str
    algorithm: str
    kpis: Sequence[Kpi]
    entries: Sequence[EntryRow]
    status: Badge
    status_text: Text
    problems: Sequence[Text] = ()
    given_root: str = ""

    @property
    def status_tone(self) -> str:
        return {"jade": "done", "hibiscus": "error"}.get(self.status.tone, "unknown")
