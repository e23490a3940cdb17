"""What the installed pack says about subjects: their kinds and what can be known of them."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from furong import packs
from furong.apps.base.errors import Refusal
from furong.apps.base.models import Installation
from furong.apps.registry.projection import About, DatedFact, Projector
from furong.engines.rules import Fact
from furong.engines.rules.problems import nearest
from furong.packs.currency import minor_units
from furong.packs.models.kinds import Kind
from furong.packs.rules import fact_for_rules

KIND_FACT = "subject"
"""The fact that holds a subject's kind, where the pack declares it; expressions may ask for it."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Kinds and facts of one version of a pack."""

    pack: packs.Pack

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The facts as the rules engine knows them, by key."""
        return {key: fact_for_rules(fact) for key, fact in self.pack.facts.items()}

    @cached_property
    def projector(self) -> Projector:
        """The step from statements to what is known."""
        dated: dict[str, tuple[DatedFact, ...]] = {}
        for key, fact in self.pack.facts.items():
            if fact.at is not None:
                one = DatedFact(key, fact.at.fact, fact.at.on)
                dated[one.fact] = (*dated.get(one.fact, ()), one)
        return Projector(dated, ZoneInfo(self.pack.manifest.timezone or settings.TIME_ZONE))

    def fact(self, key: str) -> Fact:
        """A fact's definition. Raises Refusal, with the nearest key, for one that is not declared."""
        if (fact := self.facts.get(key)) is None:
            raise Refusal(_("内容包里没有事实“%s”。%s") % (key, nearest(key, self.facts)))
        return fact

    def kind(self, key: str) -> Kind:
        """A kind's definition. Raises Refusal, naming all kinds, for one that is not declared."""
        if (kind := self.pack.kinds.get(key)) is None:
            known = _("、").join(
                _("%(id)s（%(label)s）") % {"id": kind.id, "label": kind.label}
                for kind in self.pack.kinds.values()
            )
            raise Refusal(
                _("内容包里没有对象类别“%(key)s”；现有：%(known)s") % {"key": key, "known": known}
            )
        return kind

    def facts_of(self, kind: str) -> list[Fact]:
        """The facts that a kind carries, in the pack's order."""
        return [self.fact(key) for key in self.kind(kind).facts]

    def is_personal(self, fact: str) -> bool:
        """Whether a fact's values are kept encrypted."""
        return self.pack.facts[fact].sensitivity == "personal"

    def at_its_date(self, key: str, about: About) -> tuple[Fact, About]:
        """What a statement is really about: a dated fact is another fact on its date."""
        fact = self.fact(key)
        at = self.pack.facts[key].at
        return (fact, about) if at is None else (self.fact(at.fact), (at.on, at.on))


def catalogue() -> Catalogue:
    """The catalogue of the installed pack.

    Raises NotInstalled before a pack was applied, and Refusal where the pack's files are not what
    is installed: facts and kinds are read from them, and must be those that the database goes by.
    """
    return _load(settings.FURONG_PACK, Installation.current().digest)


@lru_cache(maxsize=2)
def _load(where: str, digest: str) -> Catalogue:
    try:
        pack = packs.load(where)
    except packs.PackErrors as errors:
        raise Refusal(
            _("内容包 %(pack)s 读不出来：%(problem)s。请运行 furong pack check %(pack)s，逐处改正")
            % {"pack": where, "problem": errors.problems[0]}
        ) from errors
    if pack.digest != digest:
        raise Refusal(
            _(
                "内容包 %(pack)s 的文件与已安装的不同（改动后没有安装）。"
                "请运行 furong pack diff db %(pack)s 看差别，再运行 furong pack apply %(pack)s 安装；"
                "不想改动的，请把文件恢复原样"
            )
            % {"pack": where}
        )
    return Catalogue(pack)


def currency() -> str:
    """The district's currency (ISO 4217), of which there is one for good (ADR 0007).

    It is read once for each pack: every sum on a page asks for it.
    """
    return _currency(settings.FURONG_PACK)


def money_digits() -> int:
    """Digits after the point of the district's money: 2 for CNY, 0 for JPY, 3 for KWD."""
    return minor_units(currency())


@lru_cache(maxsize=8)
def _currency(where: str) -> str:  # noqa: ARG001 - what the answer is kept by
    return catalogue().pack.manifest.currency or "CNY"
