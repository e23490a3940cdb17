"""The web face by itself, at the root."""

from datetime import datetime

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.directory.models import User
from furong.apps.policies.actions import open_draft
from furong.apps.policies.models import Draft


@pytest.fixture(autouse=True)
def web(settings: Settings) -> None:
    settings.ROOT_URLCONF = "furong.faces.web.urls"


@pytest.fixture
def draft(policy_sun: User, at: datetime) -> Draft:
    """A new policy, T09, that nothing was written of yet."""
    return open_draft("T09", by=policy_sun, at=at)


@pytest.fixture
def sun(client: Client, policy_sun: User) -> Client:
    client.force_login(policy_sun)
    return client
