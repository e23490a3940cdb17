"""From verdicts to what would be paid: exclusive groups, budgets, and what may still change.

A forecast, and the order of a hearing: the payment itself is a transaction of its own. Subjects are
heard in the order of their applications. Of the policies of one exclusive group a subject gets the
one that pays most (就高不重复); where its budget is spent, the next one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from furong.engines.rules.single import VerdictName

type Outcome = Literal["granted", "partial", "group", "budget", "amount_unknown"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One subject's claim on one policy. Money in minor units.

    group: the exclusive group, "" = none. at_most: an upper bound of an unknown amount or of an
    undecided claim, None = unbounded. order: place in the queue (application time, then subject).
    """

    subject: str
    policy: str
    verdict: VerdictName
    amount: int | None
    at_most: int | None = None
    group: str = ""
    order: tuple[int, str] = (0, "")


@dataclass(frozen=True, slots=True)
class Limit:
    """What is left of a policy's budget; partial: the last one may get the remainder."""

    left: int
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Award:
    """What a claim comes to. `group`: another policy of the group pays (`instead`); `budget`: spent.

    provisional: something still unknown, here or before it in the queue, could change it.
    """

    claim: Claim
    granted: int
    outcome: Outcome
    instead: str = ""
    provisional: bool = False


def settle(claims: Iterable[Claim], limits: Mapping[str, Limit] | None = None) -> list[Award]:
    """The awards of all eligible claims, in queue order. Undecided claims only make others provisional."""
    desk = _Desk(limits or {})
    heard: dict[tuple[tuple[int, str], str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.verdict != "ineligible":
            heard[claim.order, claim.subject].append(claim)
    awards: list[Award] = []
    for key in sorted(heard):
        awards += desk.hear(heard[key])
    return awards


class _Desk:
    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self.limits = limits
        self.spent: dict[str, int] = defaultdict(int)
        self.maybe: dict[str, int | None] = defaultdict(
            int
        )  # what undecided claims could still take

    def hear(self, claims: list[Claim]) -> list[Award]:
        """All claims of one subject at its turn."""
        groups: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            groups[claim.group or f"\0{claim.policy}"].append(claim)
        return [award for group in groups.values() for award in self.one_group(group)]

    def one_group(self, claims: list[Claim]) -> list[Award]:
        certain = [c for c in claims if c.verdict == "eligible" and c.amount is not None]
        certain.sort(key=lambda claim: (-(claim.amount or 0), claim.policy))
        open_ = [c for c in claims if c not in certain]
        paid: Award | None = None
        awards = []
        for claim in certain:
            if paid is not None:
                awards.append(Award(claim, 0, "group", paid.claim.policy, paid.provisional))
                continue
            award = self.pay(claim, open_)
            awards.append(award)
            if award.granted:
                paid = award
        for claim in open_:
            if claim.verdict == "eligible":
                awards.append(Award(claim, 0, "amount_unknown", provisional=True))
            self.hold(claim)
        return awards

    def pay(self, claim: Claim, rivals: list[Claim]) -> Award:
        amount = claim.amount or 0
        limit = self.limits.get(claim.policy)
        held = self.maybe[claim.policy]
        beaten = any(r.at_most is None or r.at_most > amount for r in rivals)
        if limit is None:
            self.spent[claim.policy] += amount
            return Award(claim, amount, "granted", provisional=beaten)
        left = limit.left - self.spent[claim.policy]
        granted = amount if amount <= left else left if limit.partial else 0
        self.spent[claim.policy] += granted
        short = held is None or left - held < amount
        if granted == 0 and amount > 0:
            return Award(claim, 0, "budget")
        outcome: Outcome = "granted" if granted == amount else "partial"
        return Award(claim, granted, outcome, provisional=beaten or (short and held != 0))

    def hold(self, claim: Claim) -> None:
        """An undecided claim could still take this much before those behind it."""
        held = self.maybe[claim.policy]
        unbounded = held is None or claim.at_most is None
        self.maybe[claim.policy] = None if unbounded else (held or 0) + (claim.at_most or 0)
