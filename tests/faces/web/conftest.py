"""The web face by itself, at the root."""

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def web(settings: Settings) -> None:
    settings.ROOT_URLCONF = "furong.faces.web.urls"
