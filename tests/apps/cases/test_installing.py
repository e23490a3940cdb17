"""A procedure that is installed never changes for its cases; the words by which triage knows a value may."""

from datetime import datetime
from pathlib import Path

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import install_procedures
from furong.apps.cases.models import ProcedureVersion
from furong.packs import load
from furong.packs.triage import taxonomy_of


def changed(folder: Path, old: str, new: str) -> None:
    file = folder / "procedures/appeal.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_version_that_is_installed_is_not_changed(
    folder: Path, district: object, at: datetime
) -> None:
    changed(folder, "label: 企业评价", "label: 评价")
    with pytest.raises(Refusal, match=r"appeal 第 1 版已经安装，内容却有改动.*改为 2"):
        install_procedures(load(folder), by="test", at=at)
    assert "企业评价" in ProcedureVersion.objects.get(code="appeal").content


def test_a_district_adds_words_for_triage_without_a_new_version(
    folder: Path, district: object, at: datetime
) -> None:
    changed(folder, "loan: [贷款,", "loan: [揭不开锅了, 贷款,")
    pack = load(folder)
    assert install_procedures(pack, by="test", at=at).added == ()
    assert ProcedureVersion.objects.filter(code="appeal").count() == 1
    (loan,) = (one for one in taxonomy_of(pack).labels if one.id == "loan")
    assert "揭不开锅了" in loan.words
