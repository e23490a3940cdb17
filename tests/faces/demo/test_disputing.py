"""The demonstration's people disagree about a few facts, once, and leave the rest alone."""

import pytest

from furong.apps.registry.models import Dispute, FactEntry
from furong.faces.demo import seeding
from furong.faces.demo.disputing import disagree
from furong.faces.demo.population import Population
from furong.packs import Pack

pytestmark = pytest.mark.django_db


def test_there_are_disputes_to_look_at_and_twice_is_once(
    pack: Pack, wanted: seeding.Wanted
) -> None:
    population = Population(pack)
    seeding.seed(pack, wanted, population)
    at = seeding.begins(pack, population)
    disagree(at=at)
    found, stated = Dispute.objects.open().count(), FactEntry.objects.count()
    assert found
    disagree(at=at)
    assert (Dispute.objects.open().count(), FactEntry.objects.count()) == (found, stated)
