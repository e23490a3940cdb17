"""All addresses. Each view states its permission; `tests/test_urls.py` holds it to that."""

from django.urls import URLPattern, URLResolver, include, path

from furong.faces.api.service import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("furong.faces.web.urls")),
]
handler400 = "furong.faces.web.views.faults.bad_request"
handler500 = "furong.faces.web.views.faults.server_error"
