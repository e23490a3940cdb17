from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "furong.apps.policies"
    label = "policies"
    verbose_name = "政策"
