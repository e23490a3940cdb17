from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandlersConfig(AppConfig):
    name = "furong.apps.handlers"
    label = "handlers"
    verbose_name = _("办事人员")

    def ready(self) -> None:
        """Registers what runs by its name: the timers, and what follows a merge."""
        from furong.apps.handlers.actions import expiry, following  # noqa: F401
