"""Every page states its permission, and a page that is not for you does not exist."""

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from furong.apps.directory.access import EVERY_ACTION
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.faces.web.access import PUBLIC, SIGNED_IN, needs
from furong.faces.web.urls import urlpatterns

pytestmark = pytest.mark.django_db

DESK = ["subjects", "policies", "imports", "journal"]


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: str(pattern.name))
def test_every_address_states_its_permission(pattern: URLPattern) -> None:
    permission = getattr(pattern.callback, "permission", None)
    assert permission in {PUBLIC, SIGNED_IN, *EVERY_ACTION}


def test_a_misspelt_permission_is_found_when_the_module_loads() -> None:
    with pytest.raises(KeyError, match=r"subject\.veiw"):
        needs("subject.veiw")


@pytest.mark.parametrize("name", ["home", *DESK])
def test_who_has_not_signed_in_is_asked_to(client: Client, district: object, name: str) -> None:
    answer = client.get(reverse(name))
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={reverse(name)}")


def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_to_the_form(
    client: Client, district: object
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/subjects/?kind=person"}
    answer = client.get("/subjects/", headers=headers)
    assert answer["HX-Redirect"] == "/login/?next=/subjects/?kind=person"


@pytest.mark.parametrize("name", DESK)
def test_for_a_stranger_with_an_account_the_desk_is_not_there(
    client: Client, stranger_zhou: User, name: str
) -> None:
    client.force_login(stranger_zhou)
    assert client.get(reverse(name)).status_code == 404
    assert client.get("/").status_code == 200


def test_the_navigation_offers_what_the_grants_allow(
    client: Client, clerk_chen: User, auditor_qian: User
) -> None:
    client.force_login(clerk_chen)
    page = client.get("/").text
    assert reverse("imports") in page
    assert reverse("journal") not in page
    client.force_login(auditor_qian)
    page = client.get("/").text
    assert reverse("imports") not in page
    assert reverse("journal") in page


def test_a_clerk_sees_the_firms_of_their_street_alone(
    client: Client, clerk_chen: User, east_firm: Subject, west_firm: Subject
) -> None:
    client.force_login(clerk_chen)
    page = client.get("/subjects/").text
    assert east_firm.name in page
    assert west_firm.name not in page
    assert client.get(reverse("subject", args=[east_firm.pk])).status_code == 200
    assert client.get(reverse("subject", args=[west_firm.pk])).status_code == 404
    assert client.get(reverse("fact_history", args=[west_firm.pk, "staff"])).status_code == 404


def test_a_leader_reads_but_does_not_edit(
    client: Client, leader_zhao: User, east_firm: Subject
) -> None:
    client.force_login(leader_zhao)
    answer = {"fact-staff": "31"}
    assert client.post(reverse("subject_answer", args=[east_firm.pk]), answer).status_code == 404


def test_every_answer_carries_a_strict_policy(client: Client, district: object) -> None:
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'self'" in policy
