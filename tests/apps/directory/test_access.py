"""Who may do what, where and when."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from furong.apps.directory.access import ACTIONS, Capacity, Denied, grants_of, may, require
from furong.apps.directory.actions import grant, revoke
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST, WEST, person


def test_a_stranger_may_do_nothing(stranger_zhou: User, east_firm: Subject, at: datetime) -> None:
    assert not may(stranger_zhou, "subject.view", at=at)
    assert not may(stranger_zhou, "subject.view", at=at, on=east_firm)
    assert not may(AnonymousUser(), "subject.view", at=at)


def test_a_clerk_acts_in_her_street_alone(
    clerk_chen: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    assert may(clerk_chen, "subject.edit", at=at, on=east_firm)
    assert not may(clerk_chen, "subject.edit", at=at, on=west_firm)
    assert may(clerk_chen, "subject.import", at=at)


def test_a_leader_reads_everything_and_edits_nothing(
    leader_zhao: User, west_firm: Subject, at: datetime
) -> None:
    assert may(leader_zhao, "subject.view", at=at, on=west_firm)
    with pytest.raises(Denied, match=r"subject\.edit"):
        require(leader_zhao, "subject.edit", at=at, on=west_firm)


def test_a_grant_over_a_zone_covers_the_zones_inside_it(
    east_firm: Subject, stranger_zhou: User, at: datetime
) -> None:
    grant(stranger_zhou, "clerk", scope=("zone", "990101"), source="分工", by="test", at=at)
    assert may(stranger_zhou, "subject.edit", at=at, on=east_firm)
    assert may(stranger_zhou, "subject.edit", at=at, on=Zone.objects.get(code=WEST))


def test_zones_that_overlap_give_nothing_by_themselves(
    stranger_zhou: User, east_firm: Subject, at: datetime
) -> None:
    """A grant over the park reaches the firms of the park, not all of the street it overlaps."""
    grant(stranger_zhou, "clerk", scope=("zone", "park"), source="分工", by="test", at=at)
    assert not may(stranger_zhou, "subject.view", at=at, on=east_firm)
    east_firm.zones.add(Zone.objects.get(code="park-tower"))
    assert may(stranger_zhou, "subject.view", at=at, on=east_firm)


def test_a_grant_holds_from_its_first_moment_until_just_before_its_last(
    stranger_zhou: User, at: datetime
) -> None:
    begin, end = at + timedelta(hours=1), at + timedelta(hours=2)
    grant(stranger_zhou, "leader", valid_from=begin, valid_to=end, source="值班", by="test", at=at)
    moments = [at, begin, end - timedelta(microseconds=1), end]
    held = [may(stranger_zhou, "subject.view", at=moment) for moment in moments]
    assert held == [False, True, True, False]


def test_a_revoked_grant_ends_at_once_and_its_past_stands(leader_zhao: User, at: datetime) -> None:
    later = at + timedelta(days=1)
    given = grants_of(leader_zhao, at).get()
    revoke(given, reason="调离", by="test", at=later)
    assert not may(leader_zhao, "subject.view", at=later)
    assert may(leader_zhao, "subject.view", at=at)


def test_a_disabled_account_may_do_nothing(leader_zhao: User, at: datetime) -> None:
    leader_zhao.is_active = False
    assert not may(leader_zhao, "subject.view", at=at)


def test_two_hats_add_up_each_in_its_own_scope(
    east_firm: Subject, west_firm: Subject, district: Pack, at: datetime
) -> None:
    """The finance head who is also a liaison officer."""
    head = person("he", "何科长", "finance", at=at)
    grant(
        head,
        "liaison",
        scope=(Grant.Scope.SUBJECT, str(east_firm.pk)),
        source="联点方案",
        by="test",
        at=at,
    )
    assert may(head, "subject.export", at=at, on=west_firm)
    assert may(head, "subject.edit", at=at, on=east_firm)
    assert not may(head, "subject.edit", at=at, on=west_firm)


def test_a_misspelt_action_is_an_error_and_no_refusal(leader_zhao: User, at: datetime) -> None:
    with pytest.raises(KeyError, match=r"subject\.veiw"):
        may(leader_zhao, "subject.veiw", at=at)


def test_every_capacity_has_its_actions() -> None:
    assert set(ACTIONS) == set(Capacity)


def test_nobody_both_gives_grants_and_keeps_the_accounts_or_audits_them() -> None:
    holders = [
        {capacity for capacity in Capacity if action in ACTIONS[capacity]}
        for action in ("grant.edit", "user.edit", "journal.verify")
    ]
    assert all(len(held) == 1 for held in holders)
    assert len(set.union(*holders)) == 3


def test_scope_of_a_street(east_firm: Subject) -> None:
    assert ("zone", EAST) in east_firm.scopes()
