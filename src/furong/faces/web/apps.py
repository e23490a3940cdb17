"""The web face as a Django app: templates, static files, template tags; no tables."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "furong.faces.web"
    label = "web"
