"""One case is seen exactly by those to whom the lists show it."""

import random
from datetime import datetime

import pytest

from furong.apps.cases.actions import act, open_case
from furong.apps.cases.models import Case
from furong.apps.cases.sight import INSIDE, find, sees
from furong.apps.directory.access import ACTIONS, Capacity
from furong.apps.directory.actions import create_user, grant
from furong.apps.directory.models import Grant, Organisation, User, Zone
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch

MAY_SEE = [one for one in Capacity if "case.view" in ACTIONS[one]]
PEOPLE = 60


@pytest.mark.parametrize("seed", [20200220, 20200306, 20200310])
def test_a_case_read_by_itself_is_seen_by_those_who_find_it_in_a_list(
    seed: int,
    everybody: None,
    east_firm: Subject,
    west_firm: Subject,
    liaison_li: User,
    dispatcher_he: User,
    clerk_tan: User,
    at: datetime,
) -> None:
    chance = random.Random(seed)
    collected = {"title": "员工停车难", "details": "周边没有停车位"}
    held = open_case(
        "appeal", "collect", subject=east_firm, answers=collected, by=liaison_li, at=at
    )
    dispatch(held, by=dispatcher_he, at=at, lead=chance.choice(["urban", "east-office"]))
    returned = open_case(
        "appeal", "collect", subject=east_firm, answers=collected, by=liaison_li, at=at
    )
    dispatch(returned, by=dispatcher_he, at=at, lead="police")
    quiet = open_case(
        "appeal", "collect", subject=east_firm, answers=collected, by=liaison_li, at=at,
        sensitive=True,
    )  # fmt: skip
    dispatch(quiet, by=dispatcher_he, at=at)
    act(quiet, "sign", by=clerk_tan, at=at)
    cases = [*Case.objects.with_all()]
    verdicts = set()
    for n in range(PEOPLE):
        user = somebody(chance, n, [east_firm, west_firm], at)
        for among in (None, INSIDE):
            rows = Case.objects.inside_of(user, at) if among else Case.objects.visible_to(user, at)
            listed = {*rows.values_list("pk", flat=True)}
            for case in cases:
                seen = sees(user, case, at, among=among)
                assert seen == (case.pk in listed), [*user.grants.all()]
                verdicts.add(seen)
                if among is None:
                    assert (find(user, case.pk, at) is not None) == seen
    assert verdicts == {True, False}


def somebody(chance: random.Random, n: int, firms: list[Subject], at: datetime) -> User:
    """Somebody new with up to three grants of any kind."""
    user = create_user(username=f"p{n}", name=f"人{n}", by="test", at=at)
    scopes = [
        ("all", ""),
        *((str(Grant.Scope.SUBJECT), str(one.pk)) for one in firms),
        *((str(Grant.Scope.KIND), kind) for kind in {one.kind for one in firms}),
        *((str(Grant.Scope.ZONE), one.code) for one in Zone.objects.order_by("code")),
        *(
            (str(Grant.Scope.ORGANISATION), one.code)
            for one in Organisation.objects.order_by("code")
        ),
    ]
    for capacity, scope in {
        (chance.choice(MAY_SEE), chance.choice(scopes)) for _n in range(chance.randint(0, 3))
    }:
        if not (capacity == Capacity.AUDITOR and user.grants.exists()):
            grant(user, capacity, scope=scope, source="test", by="test", at=at)
    return user
