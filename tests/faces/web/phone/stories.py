"""Cases that have come some way, for the pages that follow."""

from datetime import datetime

import pytest

from furong.apps.cases.actions import act
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from tests.apps.cases.conftest import dispatch


def answered(case: Case, clerk: User, head: User, at: datetime) -> Case:
    case = act(case, "sign", by=clerk, at=at)
    case = act(case, "contact", {"contacted": True, "contacted_at": at}, by=clerk, at=at)
    facts = {"genuine": True, "in_remit": True, "solved": True}
    words = {"account": "内部：已与停车场谈妥", "answer": "已增加路边泊位"}
    case = act(case, "reply", {**facts, **words}, by=clerk, at=at)
    return act(case, "approve", {"answer": "已增加路边泊位"}, by=head, at=at)


@pytest.fixture
def in_feedback(
    appeal: Case, everybody: None, dispatcher_he: User, clerk_tan: User, head_xu: User, at: datetime
) -> Case:
    return answered(dispatch(appeal, by=dispatcher_he, at=at), clerk_tan, head_xu, at)
