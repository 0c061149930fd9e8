"""Announced uses: which statements are told, for which time and region, and who is said to have made them."""

import pytest

from pixelwitness.meaning.names.announced_uses import (
    EU,
    AnnouncedUses,
    Use,
    advice_for,
    introduction,
    standing_of,
    uses_for,
)
from pixelwitness.rulebook.knowledge.explanations import load_explanations

TODAY = "2026-11-22T18:17:00.000Z"
JUNE = "off-meta-feed-ai"


@pytest.fixture(scope="module")
def announced() -> AnnouncedUses:
    return load_explanations().announced


def told(announced: AnnouncedUses, seen_at: str | None, region: str | None = None) -> dict[str, tuple[str, bool]]:
    return {one.use.id: (one.standing, one.in_force) for one in uses_for(announced.uses, seen_at, region)}


def test_a_recording_of_today_in_the_us_is_told_of_june_2026(announced: AnnouncedUses) -> None:
    assert told(announced, TODAY, "US")[JUNE] == ("holds", True)


@pytest.mark.parametrize("seen_at", ["2022-11-22T18:17:00.000Z", "2026-06-08T23:59:59.999Z"])
def test_a_recording_from_before_is_not_told_of_it(seen_at: str, announced: AnnouncedUses) -> None:
    assert JUNE not in told(announced, seen_at, "US")
    assert not {one.use.announced for one in uses_for(announced.uses, "2022-11-22T18:17:00.000Z", "US")} - {None}


def test_what_was_announced_and_not_yet_in_force_is_told_so(announced: AnnouncedUses) -> None:
    assert told(announced, "2026-06-09T00:00:00.000Z", "US")[JUNE] == ("holds", False)
    assert told(announced, "2026-07-01T00:00:00.000Z", "US")[JUNE] == ("holds", True)


def test_regions_tell_named_reported_and_not_named(announced: AnnouncedUses) -> None:
    assert {one: told(announced, TODAY, one)[JUNE][0] for one in ("US", "GB", "KR", "DE", "JP")} == {
        "US": "holds",
        "GB": "reported",
        "KR": "reported",
        "DE": "not_named",
        "JP": "not_named",
    }


def test_an_unknown_region_is_told_everything_with_its_conflicts(announced: AnnouncedUses) -> None:
    found = list(uses_for(announced.uses, TODAY, None, ("events", "meta_ai", "nothing")))
    assert {one.use.id for one in found} == {one.id for one in announced.uses}
    assert {one.standing for one in found} == {"unknown"}
    assert [one.use.id for one in found if one.use.conflicts] == [JUNE, "off-meta-control"]


def test_what_is_reported_not_to_hold_in_a_region_is_left_out(announced: AnnouncedUses) -> None:
    of_ai = {
        region: [one.use.id for one in uses_for(announced.uses, TODAY, region, ("meta_ai",))]
        for region in ("US", "DE", "EU", "GB", "KR")
    }
    assert of_ai == {"US": ["ai-chats-ads", "ai-devices-ads"], "DE": [], "EU": [], "GB": [], "KR": []}
    assert "eu-less-personalised" not in told(announced, TODAY, "US")
    assert told(announced, TODAY, "FR")["eu-less-personalised"] == ("holds", True)


def test_only_what_meta_said_is_introduced_as_its_word(announced: AnnouncedUses) -> None:
    for use in announced.uses:
        assert introduction(use).startswith("Meta has said") == (use.said_by == "meta"), use.id
    by_id = {use.id: introduction(use) for use in announced.uses}
    assert by_id["off-meta-ads"] == "Meta has said"
    assert by_id[JUNE] == "Meta has said (2026-06-09), as several sources quote it"
    assert by_id["whatsapp-ai"] == "It was reported (2025)"
    assert by_id["off-meta-training"] == "It was claimed (2024), and nothing by Meta was found to support it"


def test_every_statement_has_a_source_and_what_an_article_says_is_unsupported(announced: AnnouncedUses) -> None:
    assert all(one.sources for one in announced.uses)
    assert all(one.sources for one in announced.can_do)
    assert {one.certainty for one in announced.uses if one.said_by == "article"} == {"unsupported"}


def test_advice_is_that_of_the_time(announced: AnnouncedUses) -> None:
    def words(seen_at: str) -> str:
        return "; ".join(one.text for one in advice_for(announced.can_do, seen_at))

    assert "Off-Facebook activity" in words("2022-01-01T00:00:00.000Z")
    assert "Activity from other businesses" not in words("2022-01-01T00:00:00.000Z")
    assert "Off-Facebook activity" not in words(TODAY)
    assert '"Activity from other businesses" limits the use of it' in words(TODAY)


def test_a_time_that_was_not_recorded_is_told_of_everything(announced: AnnouncedUses) -> None:
    assert told(announced, None, "US")[JUNE] == ("holds", True)


def test_the_union_has_27_members_and_stands_for_them(announced: AnnouncedUses) -> None:
    use = next(one for one in announced.uses if one.id == "public-posts-training-eu-2025")
    assert len(EU) == 27
    assert {standing_of(use.regions, code) for code in (*EU, "EU")} == {"holds"}
    assert standing_of(use.regions, "NO") == "left_out"


def test_statements_are_values(announced: AnnouncedUses) -> None:
    assert isinstance(announced.uses[0], Use)
    assert len({one.id for one in announced.uses}) == len(announced.uses)
