"""The policies of the district as of a day: their texts, and the rulebook made of them.

What is made of one state of the tables is kept in the process until they change. A book is made of
one version of each policy; two calls with nothing changed between them give the same objects.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import zip_longest

from django.conf import settings
from django.db.models import CharField, Count, Max
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from furong.apps.base.models import Installation
from furong.apps.policies.definitions import read_document, read_policy
from furong.apps.policies.models import PolicyVersion, Repeal
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.rules import Benefit, Judge, Rulebook
from furong.engines.rules.problems import nearest
from furong.packs.models.base import Period
from furong.packs.models.policies import Document, Policy, PolicyKey
from furong.packs.rules import policy_for_rules


@dataclass(frozen=True, slots=True)
class Text:
    """One version of a policy as written, with the document that it comes from.

    window: the days on which it applies, both included; a later version ends it, and so does its
    policy's repeal (废止). reference: whether it is of some other place, and only here to compare
    with (外地参考). origin: `pack@version` or `directory.LOCAL`.
    """

    policy: Policy
    document: Document
    window: Period
    reference: bool
    origin: str
    installed_at: datetime
    repealed: bool = False

    def applies_on(self, day: date) -> bool:
        """Whether the version is in force on a day."""
        return (self.window.start is None or self.window.start <= day) and (
            self.window.end is None or day <= self.window.end
        )


@dataclass(frozen=True, eq=False)
class Edition:
    """One version of each policy, by its id, and what is made of them.

    over: the book whose facts it shares, where there is one.
    """

    known: Catalogue
    texts: dict[str, Text]
    over: Rulebook | None = None

    @cached_property
    def book(self) -> Rulebook:
        policies = [policy_for_rules(text.policy, text.window) for text in self.texts.values()]
        return (
            self.over.of(policies) if self.over else Rulebook(self.known.facts.values(), policies)
        )

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.book)

    @cached_property
    def criteria(self) -> Rulebook:
        """Each criterion as a policy of its own, POLICY.criterion."""
        policies = [
            replace(
                compiled.policy,
                id=f"{compiled.policy.id}.{rule.criterion.id}",
                criteria=[rule.criterion],
                benefit=Benefit(),
                group="",
                budget=None,
            )
            for compiled in self.book.policies
            for rule in compiled.rules
        ]
        return self.book.of(policies)

    def trying(self, text: Text) -> "Edition":
        """The edition of one text that was not issued, over the same facts. Raises RuleErrors."""
        return Edition(self.known, {text.policy.id: text}, over=self.book)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The ids of the policies that are for a kind of subject."""
        return tuple(code for code, text in self.texts.items() if kind in text.policy.kinds)

    def text(self, code: str) -> Text:
        """The text of a policy. Raises KeyError, naming the nearest, where there is none."""
        if (text := self.texts.get(code)) is None:
            raise KeyError(_("没有政策 %s。%s") % (code, nearest(code, self.texts)))
        return text


class Library:
    """All versions of all policies. `texts`: by policy id, the earliest first."""

    def __init__(self, known: Catalogue, rows: Iterable[PolicyVersion]) -> None:
        self.known = known
        versions: dict[str, list[Text]] = {}
        for row in rows:
            text = _text(row, known.pack.manifest.jurisdiction)
            versions.setdefault(row.policy.code, []).append(text)
        self.texts = {code: [*_ended(texts)] for code, texts in versions.items()}
        self._editions: dict[tuple[int, ...], Edition] = {}

    @cached_property
    def groups(self) -> dict[PolicyKey, str]:
        """The exclusive group of every policy version, "" for none."""
        policies = [text.policy for texts in self.texts.values() for text in texts]
        return {one.key: one.group.id if one.group else "" for one in policies}

    def edition(self, day: date) -> Edition:
        """Of each policy the version of a day, else the next one to come, else the last one."""
        chosen = {code: _on(day, texts) for code, texts in self.texts.items()}
        key = tuple(text.policy.version for text in chosen.values())
        if key not in self._editions:
            self._editions[key] = Edition(self.known, chosen)
        return self._editions[key]


def edition(at: datetime) -> Edition:
    """The policies as of a moment."""
    found = whole_library()
    return found.edition(day_of(at, found.known))


def day_of(at: datetime, known: Catalogue) -> date:
    """The day in the district."""
    return at.astimezone(known.projector.zone).date()


def library(at: datetime) -> list[Text]:
    """The text of every policy as of a moment, in the order of their ids.

    A policy that is not in force has the text that comes next, or else the last one.
    """
    return [*edition(at).texts.values()]


def text_of(policy: str, at: datetime) -> Text:
    """A policy's text as of a moment. Raises KeyError, naming the nearest, where there is none."""
    return edition(at).text(policy)


def whole_texts() -> list[Text]:
    """Every version of every policy."""
    return [text for texts in whole_library().texts.values() for text in texts]


def versions_of(policy: str) -> list[Text]:
    """All versions of a policy, the earliest first. Raises KeyError where there is no such policy."""
    return whole_library().texts[policy]


def book(at: datetime) -> Rulebook:
    """The rulebook of the policies as of a moment, with the facts of the installed pack."""
    return edition(at).book


def judge(at: datetime) -> Judge:
    """The judge of `book(at)`."""
    return edition(at).judge


def is_reference(jurisdiction: str, here: str) -> bool:
    """Whether a document of one jurisdiction is only of reference in another (GB/T 2260 prefixes)."""
    return not here.startswith(jurisdiction)


def whole_library() -> Library:
    """All versions, as installed now."""
    digest = Installation.current().digest
    added = PolicyVersion.objects.aggregate(Count("pk"), last=Max(Cast("pk", CharField())))
    return _read(settings.FURONG_PACK, digest, *added.values(), Repeal.objects.count())


@lru_cache(maxsize=2)
def _read(*_state: object) -> Library:
    """The library as the tables hold it; `_state` tells one state of them from every other."""
    rows = PolicyVersion.objects.select_related("policy__repeal", "document")
    return Library(catalogue(), rows)


def _text(row: PolicyVersion, here: str) -> Text:
    repeal: Repeal | None = getattr(row.policy, "repeal", None)
    ends = [day for day in (row.valid_to, repeal and repeal.last_day) if day]
    return Text(
        policy=read_policy(row.definition),
        document=read_document(row.document.definition),
        window=Period.model_construct(start=row.valid_from, end=min(ends, default=None)),
        repealed=repeal is not None,
        reference=is_reference(row.document.jurisdiction, here),
        origin=row.origin,
        installed_at=row.installed_at,
    )


def _ended(texts: Iterable[Text]) -> Iterator[Text]:
    """The versions of one policy in the order in which they begin, each ending before the next."""
    ordered = sorted(texts, key=lambda text: (text.window.start or date.min, text.policy.version))
    starts = [text.window.start for text in ordered[1:]]
    for text, start in zip_longest(ordered, starts):
        yield replace(text, window=_until(text.window, start))


def _until(window: Period, start: date | None) -> Period:
    """The window, cut off before the day on which the next version begins."""
    if start is None:
        return window
    last = start - timedelta(1)
    return Period.model_construct(start=window.start, end=min(window.end or last, last))


def _on(day: date, texts: list[Text]) -> Text:
    """The last version that has begun by the day and not ended, else the next, else the last."""
    in_force = [text for text in texts if text.applies_on(day)]
    to_come = [text for text in texts if text.window.start and text.window.start > day]
    return [*in_force[-1:], *to_come[:1], texts[-1]][0]
