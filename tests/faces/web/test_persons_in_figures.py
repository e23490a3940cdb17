"""Natural persons count in figures only for those who may know of them."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.directory.models import Zone
from furong.apps.policies.actions import apply_pack
from furong.apps.registry.actions import NewSubject, register_subjects
from tests.apps.cast import EAST, WEST, person
from tests.apps.policies.sample import make_pack


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        (("all", ""), "服务对象 2 家"),
        (("zone", EAST), "服务对象 2 家"),
        (("zone", WEST), "服务对象 0 家"),
    ],
)
def test_a_clerk_of_another_street_is_told_of_no_persons(
    scope: tuple[str, str],
    shown: str,
    db: None,
    tmp_path: Path,
    settings: Settings,
    client: Client,
    at: datetime,
) -> None:
    folder = make_pack(tmp_path)
    settings.FURONG_PACK = str(folder)
    apply_pack(folder, by="test", at=at)
    street = Zone.objects.get(code=EAST)
    persons = [NewSubject(kind="person", name=f"虚构{n}", street=street) for n in range(2)]
    register_subjects(persons, by="test", at=at)
    client.force_login(person("clerk_of_persons", "虚构经办", "clerk", scope, at=at))
    assert shown in client.get("/policies/T04/").content.decode()
