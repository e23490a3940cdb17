from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "furong.apps.policies"
    label = "policies"
    verbose_name = _("政策")

    def ready(self) -> None:
        """Registers what runs by its name: the timer of the daily snapshot."""
        from furong.apps.policies.actions import standings  # noqa: F401
