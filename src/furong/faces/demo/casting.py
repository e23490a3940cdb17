"""The people of a demonstration: `scenario/cast.yaml`, and how they get their grants."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from pydantic import Field

from furong.apps.directory.access import Capacity
from furong.apps.directory.actions import appoint, create_user, grant
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.handlers.models.authorisation import Role
from furong.apps.registry.models import Subject
from furong.faces.demo.lettering import hand_in_letters
from furong.faces.demo.population import Population
from furong.packs import Pack, PackErrors
from furong.packs.models.base import Entry, Fault, Items, Text, Word
from furong.packs.problems import PathInFile, nearest
from furong.packs.source import Source, read
from furong.packs.validation import validate

FILE = "cast.yaml"
BY = "demo"
SOURCE = "演示授权"


class Scope(Entry):
    """What a mandate covers: one line of these; none: the whole district."""

    zone: Word | None = Field(None, description="地方")
    organisation: Word | None = Field(None, description="单位")
    kind: Word | None = Field(None, description="主体类别")
    subjects: dict[Word, int | Items[int]] | None = Field(
        None, description="各组的前几家；或者第几家，从 0 数，如 [3]"
    )

    def faults(self) -> Iterator[Fault]:
        if len(self.model_fields_set) > 1:
            yield Fault((), "范围写了不止一种", "请留下一种；要几种范围，请写几个人")


class Person(Entry):
    """One person who can be logged in as with one click."""

    username: Word = Field(description="用户名")
    name: Text = Field(description="显示的姓名，一望而知是示例")
    capacity: Word = Field(description="身份")
    organisation: Word | None = Field(None, description="任职单位")
    title: str = Field("", description="职务")
    scope: Scope = Field(default_factory=Scope.model_construct, description="范围；不写为全区")
    role: Word | None = Field(None, description="凭授权书办事的身份；范围须是各组的前几家")
    asks: Word | None = Field(None, description="待核实：向哪个街道的第一家企业提交授权书")
    look: Text = Field(description="进去看什么")

    def faults(self) -> Iterator[Fault]:
        if self.capacity not in Capacity.values:
            remedy = (
                nearest(self.capacity, Capacity.values) or f"可用：{'、'.join(Capacity.values)}"
            )
            yield Fault(("capacity",), f"没有身份 {self.capacity}", remedy)
        if self.role is not None and self.role not in Role.values:
            yield Fault(("role",), f"没有办事身份 {self.role}", f"可用：{'、'.join(Role.values)}")
        if self.asks is not None and self.role is None:
            yield Fault(("asks",), "提交授权书要写身份", "请加上 role")
        named = self.scope.subjects is not None or self.asks is not None
        if self.role is not None and not named:
            yield Fault(("role",), "凭授权书办事的要写企业", "请写 scope.subjects 或 asks")


class Cast(Entry):
    """cast.yaml."""

    cast: Items[Person] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Casting:
    """The people of a pack's scenario and the file that names them; nobody where there is none."""

    people: tuple[Person, ...] = ()
    source: Source | None = None

    @classmethod
    def read(cls, folders: Iterable[Path]) -> "Casting":
        """The cast of a chain of packs, base first: the last one's that has any. Raises PackErrors."""
        for folder in reversed([*folders]):
            file = folder / "scenario" / FILE
            if file.is_file():
                source = read(file)
                found = validate(Cast, source) if source.parsed else None
                if found is None:
                    raise PackErrors(source.problems)
                return cls(found.cast, source)
        return cls()

    def check(self, pack: Pack, population: Population) -> None:
        """Raises PackErrors for posts and scopes that are not there."""
        if self.source is None:
            return
        groups = [group.id for group in population.plan.scenario.groups]
        for index, person in enumerate(self.people):
            at: PathInFile = ("cast", index)
            scope: PathInFile = (*at, "scope")
            self._require(person.organisation, pack.organisations, "单位", (*at, "organisation"))
            self._require(person.scope.zone, pack.zones, "地方", scope)
            self._require(person.scope.organisation, pack.organisations, "单位", scope)
            self._require(person.asks, pack.zones, "地方", (*at, "asks"))
            self._require(person.scope.kind, pack.kinds, "主体类别", scope)
            for group in person.scope.subjects or ():
                self._require(group, groups, "组", scope)
        if self.source.problems:
            raise PackErrors(self.source.problems)

    def _require(self, name: str | None, names: Iterable[str], noun: str, path: PathInFile) -> None:
        known = [*names]
        if self.source and name is not None and name not in known:
            self.source.add(path, f"没有{noun} {name}", nearest(name, known) or "请核对名称")


@transaction.atomic
def enrol(people: Sequence[Person], population: Population, size: int, *, at: datetime) -> None:
    """Enters the people with their posts and grants; those who are there already stay as they are."""
    held = set(User.objects.values_list("username", flat=True))
    for person in people:
        if person.username in held:
            continue
        user = create_user(username=person.username, name=person.name, by=BY, at=at)
        if person.organisation:
            post = Organisation.objects.get(code=person.organisation)
            appoint(user, post, title=person.title, by=BY, at=at)
        if person.role is not None:
            firms = named(person.scope, population, size)
            hand_in_letters(user, person.role, firms, asks=person.asks, at=at)
            continue
        for scope in _scopes(person.scope, population, size):
            grant(user, person.capacity, scope=scope, source=SOURCE, by=BY, at=at)


def _scopes(scope: Scope, population: Population, size: int) -> Iterator[tuple[str, str]]:
    if scope.zone:
        yield Grant.Scope.ZONE, scope.zone
    elif scope.organisation:
        yield Grant.Scope.ORGANISATION, scope.organisation
    elif scope.kind:
        yield Grant.Scope.KIND, scope.kind
    elif scope.subjects is None:
        yield Grant.Scope.ALL, ""
    else:
        found = named(scope, population, size)
        yield from ((Grant.Scope.SUBJECT, str(subject.pk)) for subject in found)


def named(scope: Scope, population: Population, size: int) -> list[Subject]:
    """The subjects that a scope counts out, by their numbers."""
    names = [*_first(scope.subjects or {}, population, size)]
    return [*Subject.objects.filter(name__in=names).order_by("number")]


def _first(
    wanted: Mapping[str, int | tuple[int, ...]], population: Population, size: int
) -> Iterator[str]:
    """The names of the first subjects of each group, or of those at certain places; no two share one."""
    places = {
        group: range(these) if isinstance(these, int) else these for group, these in wanted.items()
    }
    passed: Counter[str] = Counter()
    for row in population.rows(min(size, SEARCHED)):
        if passed[row.group] in places.get(row.group, ()):
            yield row.name
        passed[row.group] += 1


SEARCHED = 2000
"""Among so many subjects are the first ones of every group."""
