"""Statements: each kind is data that JSON can hold, and has one whole message."""

from typing import get_args

import msgspec

from pixelwitness.report.statements.report_kinds import REPORT_KINDS, ReportStatement
from pixelwitness.report.statements.site_kinds import SITE_KINDS, SiteStatement
from pixelwitness.report.wording.english.renderer import RENDERERS


def test_every_kind_has_its_message_and_no_message_is_without_a_kind() -> None:
    assert set(RENDERERS) == {*SITE_KINDS, *REPORT_KINDS}


def test_the_tables_name_every_kind() -> None:
    assert set(SITE_KINDS) == set(get_args(SiteStatement.__value__))
    assert set(REPORT_KINDS) == set(get_args(ReportStatement.__value__))


def test_kinds_have_a_schema_in_which_each_is_told_by_its_name() -> None:
    for kinds, tagged in ((SITE_KINDS, SiteStatement), (REPORT_KINDS, ReportStatement)):
        schema = msgspec.json.schema(tagged)
        assert set(schema["discriminator"]["mapping"]) == {kind.__struct_config__.tag for kind in kinds}
