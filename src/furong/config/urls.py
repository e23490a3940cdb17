"""All addresses. Each view states its permission; `tests/test_urls.py` holds it to that."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
