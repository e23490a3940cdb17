from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "furong.apps.registry"
    label = "registry"
    verbose_name = "服务对象"
