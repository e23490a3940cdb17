from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "furong.apps.cases"
    label = "cases"
    verbose_name = _("事项办理")

    def ready(self) -> None:
        """Registers what procedures call by name, and what timers do."""
        from furong.apps.cases import exclusions, lists, suggesting, watching  # noqa: F401
        from furong.apps.cases.actions import opening_calls  # noqa: F401
        from furong.apps.cases.engine import effects, guards  # noqa: F401
