"""Money has the digits of the district's currency on every face: what goes out can be sent back in."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from furong.apps.directory.models import Grant
from furong.apps.policies.actions import apply_for, apply_pack
from furong.apps.policies.models import Application, Decision
from furong.apps.registry.actions import NewSubject, register_subject, state_facts
from tests.apps.cast import person
from tests.apps.policies.sample import edit, make_pack

SHOWN = {"JPY": "10000", "CNY": "10000.00", "KWD": "10000.000"}
MINOR = {"JPY": 10_000, "CNY": 1_000_000, "KWD": 10_000_000}
TOO_FINE = {"JPY": "1.5", "CNY": "1.001", "KWD": "1.0001"}

type District = Callable[[str], tuple[Application, Client]]


@pytest.fixture
def district(db: None, tmp_path: Path, settings: Settings, at: datetime) -> District:
    """An application for 10,000 in a district of a currency, and the clerk who decides it."""

    def made(currency: str) -> tuple[Application, Client]:
        folder = make_pack(tmp_path)
        edit(folder, "pack.yaml", ("currency: CNY", f"currency: {currency}"))
        settings.FURONG_PACK = str(folder)
        apply_pack(folder, by="test", at=at)
        firm = register_subject(NewSubject(kind="enterprise", name="东街停车"), by="test", at=at)
        state_facts(firm, {"resumed": True}, source="statistics", by="test", at=at)
        scope = (Grant.Scope.SUBJECT, str(firm.pk))
        owner = person("wang", "王经理", "owner", scope, at=at)
        client = Client()
        client.force_login(person("chen", "陈经办", "clerk", at=at))
        return apply_for(firm, "T03", by=owner, at=at).application, client

    return made


def send(client: Client, one: Application, amount: str, key: str = "1") -> Any:
    body = {"granted": True, "amount": amount, "decider": "区工信局", "decided_on": "2020-02-03"}
    return client.post(
        f"/api/v1/applications/{one.pk}/decision",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


@pytest.mark.parametrize("currency", SHOWN)
def test_the_api_reads_what_it_writes(district: District, currency: str) -> None:
    one, client = district(currency)
    assert one.amount == MINOR[currency]
    shown = client.get(f"/api/v1/applications/{one.pk}").json()["amount"]
    assert shown == SHOWN[currency]
    refused = send(client, one, TOO_FINE[currency])
    assert refused.status_code == 422
    assert re.search("小数", refused.json()["errors"][0]["message"])
    made = send(client, one, shown, key="2").json()
    assert (made["decision"]["amount"], made["decision"]["deviates"]) == (SHOWN[currency], False)
    assert Decision.objects.get().amount == MINOR[currency]


@pytest.mark.parametrize("currency", SHOWN)
def test_the_form_reads_what_it_shows(district: District, currency: str) -> None:
    one, client = district(currency)
    page = client.get(reverse("application", args=[one.pk])).content.decode()
    unit = "元" if currency == "CNY" else currency
    assert f"金额（{unit}，同意时填写）" in page
    fields = dict(
        re.findall(r'name="(key|seen|amount|decider|decided_on)"[^>]*value="([^"]*)"', page)
    )
    assert fields["amount"] == "10000"
    sent = fields | {"outcome": "grant", "decider": "区工信局", "decided_on": "2020-02-03"}
    url = reverse("application_decide", args=[one.pk])
    refused = client.post(url, sent | {"amount": TOO_FINE[currency]})
    assert re.search("小数|整数", refused.content.decode())
    assert not Decision.objects.exists()
    client.post(url, sent)
    assert Decision.objects.get().amount == MINOR[currency]
    assert not Decision.objects.get().deviates
