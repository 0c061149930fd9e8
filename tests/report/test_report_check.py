"""The text of ``check``: evidence in few words, folds with a count, one line that sums up at the end."""

from tests.exposed import REC, contact, event, recording

from pixelwitness.core.coverage import coverage_of
from pixelwitness.core.exposure import SeenContact, SeenEvent
from pixelwitness.policy.judge import judge
from pixelwitness.report.checktext import MAX_TOLD, as_text
from pixelwitness.report.vocabulary import vocabulary

WORDS = vocabulary()
OTHER = "bbbb000011112222"
LAST = "What servers send to Meta directly passes no browser and no proxy: it stays out of sight."


def told(*seen: SeenEvent | SeenContact, **changed: object) -> list[str]:
    rows = [recording(**changed)]
    judgement = judge(
        rows,
        [one for one in seen if isinstance(one, SeenEvent)],
        [one for one in seen if isinstance(one, SeenContact)],
        {"facebook.com"},
        coverage_of(rows),
    )
    return list(as_text(judgement, WORDS, {REC: "shop.har", OTHER: "b.har"}))


def evidence(*seen: SeenEvent | SeenContact) -> list[str]:
    return [line.removeprefix("  evidence  ") for line in told(*seen) if line.startswith("  evidence")]


def test_a_file_in_one_line_is_named_without_it() -> None:
    assert evidence(event(line=1)) == ["shop.har (entry 1)"]
    assert evidence(event(line=1), event(line=1, position=2)) == ["shop.har, entries 1 and 2"]
    assert evidence(event(line=None)) == ["shop.har (entry 1)"]


def test_a_file_of_several_lines_is_named_with_them_for_every_violation_of_it() -> None:
    assert evidence(event("Lead", line=1), event("Purchase", position=2, line=9)) == [
        "shop.har:1 (entry 1)",
        "shop.har:9 (entry 2)",
    ]
    assert evidence(event(line=7), event(line=9, position=2)) == ["shop.har, entries 1 (line 7) and 2 (line 9)"]


def test_each_file_is_named_once_and_what_is_left_out_is_counted() -> None:
    seen = [event(line=1, position=n) for n in range(1, 5)]
    seen += [event(line=1, position=n, recording_id=OTHER) for n in range(5, 8)]

    assert evidence(*seen) == ["shop.har, entries 1, 2, 3 and 4; b.har (entry 5); and 2 more"]


def test_the_last_line_sums_up() -> None:
    assert told(event("Lead"), event("Purchase", site="clinic.example"), contact())[-2:] == [
        LAST,
        "2 violations on 2 sites, 1 warning.",
    ]
    assert told(contact())[-1] == "No event was seen to go to Meta in 10 requests, 1 warning."
    assert told(requests_seen=0, requests_matched=0, requests_other=0)[-1] == (
        "Nothing to judge: 0 requests. What was not looked at is not clean."
    )


def test_more_of_one_site_than_one_reads_are_folded_with_their_number() -> None:
    seen = [event(f"Own{n:03d}", position=n) for n in range(MAX_TOLD + 3)]
    seen += [event(f"Own{MAX_TOLD + 2:03d}", position=MAX_TOLD + 5), event("Lead", site="zoo.example")]
    lines = told(*seen)

    assert sum(line.startswith("violation: shop.example: Own") for line in lines) == MAX_TOLD
    assert "violation: shop.example: and 3 more of other kinds (4 events)" in lines
    assert any(line.startswith("violation: zoo.example: Lead") for line in lines)
    assert lines[-1] == f"{MAX_TOLD + 4} violations on 2 sites, 0 warnings."


def test_contacts_of_the_pixel_are_called_as_in_reports() -> None:
    lines = told(contact("pixel", rule_id="meta-topics-registration"))

    assert lines[0] == (
        "warning: shop.example: contact with Meta by registration of the visit with the browser's topics"
    )
