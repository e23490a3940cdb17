"""The API over the cast's district, as one signed-in person uses it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_pack
from furong.packs import Pack
from tests.apps.policies.conftest import folder  # noqa: F401 - a fixture


@pytest.fixture
def district(
    folder: Path,  # noqa: F811
    settings: Settings,
    db: None,
    at: datetime,
) -> Pack:
    """The district, its clock standing at `at`."""
    settings.DEMO = True
    pack = apply_pack(folder, by="test", at=at).pack
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Any


@dataclass(frozen=True)
class Api:
    """Paths are below /api/v1."""

    client: Client

    def get(self, path: str, *, headers: Any = None, **query: Any) -> Answer:
        return self._answer(self.client.get(f"/api/v1{path}", query, headers=headers))

    def send(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        key: str = "key-1",
        content_type: str = "application/json",
        **headers: str,
    ) -> Answer:
        """body: JSON, or bytes as they are. An empty key is left out."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Idempotency-Key": key} if key else {}
        response = self.client.generic(method, f"/api/v1{path}", data, content_type, headers=sent)
        return self._answer(response)

    def _answer(self, response: Any) -> Answer:
        body = json.loads(response.content) if response.content else None
        return Answer(response.status_code, body, response.headers)


@pytest.fixture
def signed_in() -> Callable[[User], Api]:
    """The API as a person uses it."""

    def sign_in(user: User) -> Api:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return Api(client)

    return sign_in


@pytest.fixture
def nobody(district: Pack) -> Api:
    return Api(Client(raise_request_exception=False))
