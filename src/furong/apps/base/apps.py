from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "furong.apps.base"
    label = "base"
    verbose_name = "基础"
