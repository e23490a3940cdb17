"""What the studio says is wrong: in the words of its own form, at the field, in the reader's language."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from furong.apps.policies.drafting import examine
from furong.apps.policies.models import Draft
from furong.faces.web.presenters.studio_remarks import told
from furong.packs import Pack
from tests.apps.policies.test_drafting import DEFINITION, DOCUMENT
from tests.faces.web.test_studio import address, post, text

FILE_WORDS = ("请补上", "facts/", "docs/", "加引号", "可选：", "不认识的键", "删去这一行", "算例")
"""Words for whoever writes a pack's file, not for whoever fills in a form."""


@pytest.mark.parametrize(
    ("changes", "said", "field"),
    [
        ({"title": ""}, "没有填名称", "title"),
        ({"d-title": ""}, "没有填文件标题", "d-title"),
        ({"d-level": ""}, "没有选层级", "d-level"),
        ({"kinds": None}, "没有选适用对象", "kinds"),
        ({"b-kind": "x"}, "没有选方式", "b-kind"),
        ({"c0-label": ""}, "没有填条件的说法", "c0-label"),
        ({"c0-l0-value": ""}, "还没有填完", "c0-when"),
        ({"c0-as_text": "1", "c0-when": "staf <= 2"}, "没有“staf”这项事实", "c0-when"),
        ({"budget": "很多"}, "预算总额不是数", "budget"),
        ({"budget": "0"}, "预算总额超出范围", "budget"),
        ({"b-floor": "一百"}, "不足多少元不付不是数", "b-floor"),
        ({"begins": "2020-02-30"}, "施行之日不是日期", "begins"),
        ({"ends": "31/12"}, "有效期至不是日期", "ends"),
        ({"begins": "2020-03-01", "ends": "2020-02-01"}, "有效期至早于开始的一天", "ends"),
        ({"group": "resume", "group_label": ""}, "没有填组的名称", "group_label"),
        ({"g-closes": "很快"}, "申报截止不是日期", "g-closes"),
        ({"k0-title": ""}, "没有填样例的情形", "k0-title"),
        ({"k0-verdict": "x"}, "没有选样例的应得结论", "k0-label"),
        ({"k0-amount": "很多"}, "样例的金额不是数", "k0-amount"),
        ({"refines": "ZZ9"}, "没有编号为“ZZ9”的一项", "refines"),
        ({"k1-verdict": "eligible"}, "样例“21 人”应为符合，算得不符合", "k1-label"),
    ],
)
def test_a_fault_is_said_in_the_forms_own_words_and_leads_to_its_field(
    changes: dict[str, Any], said: str, field: str, sun: Client, draft: Draft
) -> None:
    answer = post(sun, draft, "try/", **changes)
    page = answer.content.decode()
    assert said in text(answer)
    assert not [word for word in FILE_WORDS if word in page]
    assert f'href="#{field}"' in page
    post(sun, draft, "", **changes)
    assert f'id="{field}"' in sun.get(address(draft)).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "", "kinds": []},
        {"criteria": [{"id": "c1", "label": "甲", "when": "staff <= 20 。"}]},
        {"criteria": [{"id": "c1", "label": "甲", "when": "resumed > 3"}]},
        {"benefit": {"kind": "subsidy", "amount": "staff * "}},
        {"budget": {"amount": "x"}, "valid": {"from": "2020-02-30"}},
        {"refines": ["ZZ9"], "kinds": ["nobody"]},
        {"cases": []},
        {"cases": [{"title": "甲", "facts": {"staff": "很多"}, "verdict": "eligible"}] * 2},
        {"cases": [{"title": "甲", "facts": {"staff": "30"}, "verdict": "eligible"}] * 2},
    ],
)
def test_no_remark_reaches_other_languages_as_the_checks_wrote_it(
    changes: dict[str, Any], district: Pack, at: datetime
) -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != "title"}
    examined = examine(document, {**DEFINITION, **changes}, code="T09", day=at.date())
    assert examined.remarks
    for language in ("zh-hant", "en"):
        with translation.override(language):
            assert not [one for one in examined.checked.remarks if told(one).text is one.message]
