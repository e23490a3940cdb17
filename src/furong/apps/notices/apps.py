from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "furong.apps.notices"
    label = "notices"
    verbose_name = _("通知与转发")

    def ready(self) -> None:
        from furong.apps.notices import checks, disputes, sending  # noqa: F401 - they register themselves
