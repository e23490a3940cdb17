from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "furong.apps.base"
    label = "base"
    verbose_name = _("基础")

    def ready(self) -> None:
        """Registers what runs by its name: start-up checks and timers."""
        from furong.apps.base import checks, retention  # noqa: F401
