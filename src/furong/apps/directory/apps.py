from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "furong.apps.directory"
    label = "directory"
    verbose_name = _("人员与授权")
