from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "furong.apps.registry"
    label = "registry"
    verbose_name = _("服务对象")
