"""The API, mounted by `config/urls.py` at /api/v1/."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from furong.faces.api import (
    applications,
    authorisations,
    calls,
    case_acts,
    case_relay,
    cases,
    disputes,
    drafts,
    exclusions,
    policies,
    problems,
    subjects,
)
from furong.faces.api.access import Needs
from furong.faces.api.parsing import StrictParser


class Service(NinjaAPI):
    """Answers are for one reader, who asks again each time whether they still hold."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        response = super().create_temporal_response(request)
        response["Cache-Control"] = "private, no-cache"
        return response


api = Service(
    title="furong",
    version="1",
    urls_namespace="api",
    auth=Needs("policy.view"),
    parser=StrictParser(),
    docs_decorator=login_required,
)
problems.install(api)
api.add_router("", subjects.router)
api.add_router("", policies.router)
api.add_router("", disputes.router)
api.add_router("", applications.router)
api.add_router("", drafts.router)
api.add_router("", case_relay.router)  # before the one that takes any name for a case
api.add_router("", calls.router)
api.add_router("", cases.router)
api.add_router("", case_acts.router)
api.add_router("", exclusions.router)
api.add_router("", authorisations.router)
