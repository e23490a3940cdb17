"""What of letters of authorisation and errands belongs on the first page."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.directory.models import User
from furong.apps.handlers.models import Authorisation, Errand
from furong.apps.handlers.models.authorisation import DECIDE, MANAGE
from furong.apps.registry.models import Subject
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.desk_pages import Task

RUN = "errand.run"


def handler_tasks(user: User, actions: Collection[str], at: datetime) -> Iterator[Task]:
    if not actions:
        note = _("登记企业授权书，核实后就能看政策、办申请；授权到期的也在这里续办")
        yield Task(_("绑定企业"), note, "", reverse("claims"))
    if DECIDE in actions and (count := Authorisation.objects.for_desk(user, at).count()):
        note = _("核对授权书和营业执照，确认或退回")
        yield _task(_("待核实授权"), note, count, "authorisations")
    if MANAGE in actions and (count := Authorisation.objects.for_manager(user, at).count()):
        note = _("有人申请为您的企业办事，请核实")
        yield _task(_("待核实办事人员"), note, count, "my_firms")
    if RUN in actions:
        covered = Subject.objects.current().open_to(user, RUN, at)
        if count := Errand.objects.open().filter(subject__in=covered).count():
            yield _task(
                _("企业请代办"), _("企业请您代为提交申请，办好后企业收到回执"), count, "errands"
            )


def _task(text: str, note: str, count: int, page: str) -> Task:
    return Task(text, note, figures.count(count), reverse(page), "amber")
