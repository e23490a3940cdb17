from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "furong.apps.directory"
    label = "directory"
    verbose_name = "人员与授权"
