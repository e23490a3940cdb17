"""Pages of cases on the phone, with those who work appeals of the east firm."""

from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    appeal,
    clerk_deng,
    clerk_pan,
    clerk_tan,
    clerk_tang,
    dispatch,
    dispatcher_he,
    district,
    everybody,
    folder,
    head_gu,
    head_xu,
    leader_zhao,
    supervisor_du,
)
from tests.faces.web.phone.stories import in_feedback  # noqa: F401 - fixture
