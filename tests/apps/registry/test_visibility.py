"""Which subjects a person sees: what their grants cover, and nothing else."""

import random
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from furong.apps.directory.access import ACTIONS, Capacity
from furong.apps.directory.actions import create_user, grant
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.actions import NewSubject, register_subject
from furong.apps.registry.models import Subject
from furong.apps.registry.sight import find, may_see
from tests.apps.cast import person


def seen_by(user: User | AnonymousUser, at: datetime) -> list[str]:
    return sorted(subject.name[:2] for subject in Subject.objects.visible_to(user, at))


def test_each_sees_their_own(
    liaison_li: User,
    clerk_chen: User,
    owner_wang: User,
    leader_zhao: User,
    policy_sun: User,
    auditor_qian: User,
    stranger_zhou: User,
    west_firm: Subject,
    at: datetime,
) -> None:
    for one in (liaison_li, clerk_chen, owner_wang):
        assert seen_by(one, at) == ["东街"]
    for one in (leader_zhao, policy_sun, auditor_qian):
        assert seen_by(one, at) == ["东街", "西街"]
    assert seen_by(stranger_zhou, at) == seen_by(AnonymousUser(), at) == []


def test_by_kind(stranger_zhou: User, east_firm: Subject, at: datetime) -> None:
    register_subject(NewSubject(kind="building", name="国金中心"), by="test", at=at)
    grant(stranger_zhou, "statistics", scope=("kind", "building"), source="分工", by="test", at=at)
    assert seen_by(stranger_zhou, at) == ["国金"]


def test_a_zone_shows_the_subjects_of_all_zones_inside_it_once(
    stranger_zhou: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    west_firm.zones.add(*Zone.objects.filter(code__in=["park", "park-tower"]))
    grant(stranger_zhou, "clerk", scope=("zone", "park"), source="分工", by="test", at=at)
    assert seen_by(stranger_zhou, at) == ["西街"]
    grant(stranger_zhou, "clerk", scope=("zone", "990101"), source="分工", by="test", at=at)
    assert seen_by(stranger_zhou, at) == ["东街", "西街"]


def test_nobody_sees_it_before_the_grant_or_after_it(
    stranger_zhou: User, east_firm: Subject, at: datetime
) -> None:
    end = at + timedelta(days=7)
    grant(stranger_zhou, "leader", valid_to=end, source="值班", by="test", at=at)
    moments = [at - timedelta(seconds=1), at, end]
    assert [seen_by(stranger_zhou, moment) for moment in moments] == [[], ["东街"], []]


def test_natural_persons_only_with_their_own_mandate(leader_zhao: User, at: datetime) -> None:
    register_subject(NewSubject(kind="person", name="赵小明"), by="test", at=at)
    assert seen_by(leader_zhao, at) == []
    assert seen_by(person("mz", "民政经办", "clerk", at=at), at) == ["赵*"]


def test_a_mandate_for_persons_in_one_street_shows_none_of_another(
    clerk_chen: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    for name, firm in (("东小明", east_firm), ("西小明", west_firm)):
        new = NewSubject(kind="person", name=name, street=firm.street)
        register_subject(new, by="test", at=at)
    assert seen_by(clerk_chen, at) == ["东*", "东街"]


@pytest.mark.parametrize("seed", [20200220, 20200306])
def test_a_subject_read_by_itself_is_seen_by_those_who_find_it_in_a_list(
    seed: int, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    chance = random.Random(seed)
    west_firm.zones.add(Zone.objects.get(code="park-tower"))
    for name, firm in (("东小明", east_firm), ("西小明", west_firm)):
        new = NewSubject(kind="person", name=name, street=firm.street)
        register_subject(new, by="test", at=at)
    subjects = [*Subject.objects.all()]
    scopes = [
        ("all", ""),
        *((str(Grant.Scope.SUBJECT), str(one.pk)) for one in subjects),
        *((str(Grant.Scope.KIND), one.kind) for one in subjects),
        *((str(Grant.Scope.ZONE), one.code) for one in Zone.objects.order_by("code")),
    ]
    may_view = [
        one
        for one in Capacity
        if one != Capacity.AUDITOR and {"subject.view", "subject.view_personal"} & {*ACTIONS[one]}
    ]
    verdicts = set()
    for n in range(40):
        user = create_user(username=f"p{n}", name=f"人{n}", by="test", at=at)
        for _n in range(chance.randint(0, 3)):
            capacity, scope = chance.choice(may_view), chance.choice(scopes)
            if not user.grants.filter(capacity=capacity, scope_kind=scope[0], scope_id=scope[1]):
                grant(user, capacity, scope=scope, source="test", by="test", at=at)
        listed = {*Subject.objects.visible_to(user, at).values_list("pk", flat=True)}
        for subject in subjects:
            seen = subject.pk in listed
            assert may_see(user, subject, at) == seen, (subject, [*user.grants.all()])
            assert (find(user, subject.pk, at) is not None) == seen
            verdicts.add((subject.personal, seen))
    assert len(verdicts) == 4
