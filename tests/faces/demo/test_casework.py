"""The demonstration's sample cases come about by the verbs that people use, each at its time."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base import journal
from furong.apps.cases.models import Case, Handover, Request
from furong.apps.directory.models import User
from furong.faces.demo import casework, seeding
from furong.faces.demo.population import Population
from furong.packs import Pack, PackErrors

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_districts_own_sample_cases_are_where_its_people_left_them(
    furong: Pack, population: Population, settings: Settings
) -> None:
    settings.FURONG_PACK = str(furong.folder)
    settings.DEMO = True
    seeding.seed(furong, seeding.Wanted("furong-2020", 800), population)
    states = dict(Case.objects.values_list("title", "state"))
    assert states["复工后垃圾清运不及时"] == "closed"
    assert states["门口施工围挡占道，货车进不来"] == "feedback"
    assert states["门前人行道地砖破损，进出货不便"] == "suspended"
    assert len(states) == 8
    whistle = Request.objects.get(name="whistle")
    assert whistle.settled_at is None
    assert whistle.delivered_at is not None
    assert f"{whistle.delivered_at.astimezone(SHANGHAI):%m-%d %H:%M}" == "03-04 07:30"
    leader = User.objects.get(username="leader")
    first = Handover.objects.filter(person=leader)[0].lines.all()[0]
    assert (first.why, first.request) == ("asked", whistle)
    at = seeding.begins(furong, population)
    assert casework.play(furong.folders, SHANGHAI, until=at + timedelta(days=1)) == 0, "only once"
    assert not journal.verify().findings


def test_a_step_of_two_things_is_refused_by_its_line(folder: Path) -> None:
    (folder / "scenario/cases.yaml").write_text(
        "cases:\n"
        "- {procedure: appeal, opening: report, at: 2020-03-01T08:00, by: owner,\n"
        "   then: [{at: 2020-03-01T09:00, by: owner, do: withdraw, say: 好}]}\n",
        "utf-8",
    )
    with pytest.raises(PackErrors, match=r"cases\.yaml:3:\d+: 一步只写一件事"):
        casework.play([folder], SHANGHAI, until=datetime.max)
