"""The words for one violation: its headline, its details, why it does not count; and the verdict on all.

Owns the words that the outputs of ``check`` share, as pieces, so that each output can
treat captured text in its own safe way.  It must not know layouts.
"""

from collections.abc import Iterator

from pixelwitness.policy.violations.judgement import Judgement, Violation
from pixelwitness.report.check.check_result import NOTHING, CheckResult
from pixelwitness.report.statements.acts import shorten_url
from pixelwitness.report.wording.labels import label_channel, label_form
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary, append_forms

UNKNOWN_SITE = "unknown site"
MAX_FIELDS = 6
"""Names of fields that one violation shows."""
NOTHING_CARRIED = "nothing of the person was seen with it"


def make_inert(text: str, limit: int = 400) -> str:
    """Return text that is printable throughout and that no viewer takes for a link.

    >>> make_inert("see https://evil.example [here](https://evil.example)")
    'see https[:]//evil.example [here] (https[:]//evil.example)'
    """
    return safe_text(text, limit).replace("](", "] (").replace("://", "[:]//")


def format_line(sentence: Sentence, limit: int = 1_000) -> str:
    """Return a sentence as one inert line."""
    pieces = (safe_text(piece, 300) if isinstance(piece, Captured) else piece for piece in sentence)
    return make_inert("".join(pieces), limit)


def site_name(violation: Violation) -> str:
    """Return the site, in words where it is not known."""
    return Captured(violation.site) if violation.site else UNKNOWN_SITE


def headline(violation: Violation, vocabulary: Vocabulary, *, how_often: bool = True) -> Sentence:
    """Return what was sent, where to and by which way, without the site.

    What is not `Captured` is ours, or was chosen by who runs the check.
    """
    ways = listed(
        [
            vocabulary.contact(channel, violation.rule_id) if violation.is_contact else label_channel(channel)
            for channel in violation.channels
        ]
    )
    times = f" ({counted(violation.times, 'time')})" if how_often and violation.times > 1 else ""
    if violation.is_contact:
        return (f"contact with Meta by {ways}{times}",)
    name = Captured(violation.name) if violation.name else "an event whose name was not recorded"
    receiver = (" to pixel ", Captured(violation.pixel_id)) if violation.pixel_id else ()
    return (name, *receiver, f" by {ways}{times}")


def carried_data(violation: Violation, vocabulary: Vocabulary) -> list[str]:
    """Name the classes of data that went along, with their forms: ``e-mail (SHA-256)``."""
    forms_by_label: dict[str, set[str]] = {}
    for data_class, form in violation.data:
        forms_by_label.setdefault(vocabulary.label(data_class), set()).add(label_form(form))
    # That something is readable goes without saying, unless it is hashed elsewhere.
    return [
        append_forms(label, forms if forms != {"readable"} else ()) for label, forms in sorted(forms_by_label.items())
    ]


def details(violation: Violation, result: CheckResult) -> Iterator[tuple[str, Sentence]]:
    """Yield what else is known of a violation: a word, and the sentence that stands behind it."""
    if violation.blocked:
        yield "blocked", (f"{violation.blocked:,} of {violation.times:,}: sent, and stopped on the way",)
    if violation.page_url:
        yield "page", (Captured(shorten_url(violation.page_url)),)
    yield "carried", (", ".join(carried_data(violation, result.vocabulary)) or NOTHING_CARRIED,)
    if violation.fields:
        hidden = len(violation.fields) - MAX_FIELDS
        more = f" and {hidden:,} more" if hidden > 0 else ""
        yield "fields", (Captured(", ".join(violation.fields[:MAX_FIELDS])), more)
    yield "rule", (Captured(violation.rule_id), f" ({safe_text(violation.confidence, 20)})")
    yield from (("evidence", place) for place in evidence(violation, result))
    yield from (("to fix" if index == 0 else "or", (remedy,)) for index, remedy in enumerate(violation.remedies))
    if violation.suppressed is not None:
        yield violation.suppressed.by, (acceptance_reason(violation),)


def evidence(violation: Violation, result: CheckResult) -> Iterator[Sentence]:
    """Yield where each piece of evidence stands, and how many more there are."""
    for place in violation.places:
        file = result.file(place)
        # In a file of one line, as many an exporter writes it, the line shows nothing.
        line = "" if file.stands_in or place.line in (None, 1) else f":{place.line}"
        yield (Captured(file.path + line), f" (entry {place.position:,})")
    if violation.times > len(violation.places):
        yield (f"and {violation.times - len(violation.places):,} more",)


def acceptance_reason(violation: Violation) -> str:
    """Return why a violation is suppressed, and until when; empty when it is not."""
    if violation.suppressed is None:
        return ""
    until = f" (until {violation.suppressed.expires})" if violation.suppressed.expires else ""
    return f"{violation.suppressed.reason or 'known to the baseline'}{until}"


def verdict(judgement: Judgement) -> str:
    """Return the one line that sums up."""
    if judgement.is_empty:
        return NOTHING
    parts = [counted(len(judgement.warnings), "warning")]
    if judgement.suppressed:
        parts.append(f"{len(judgement.suppressed):,} suppressed")
    if judgement.violations:
        sites = len({violation.site for violation in judgement.violations})
        found = f"{counted(len(judgement.violations), 'violation')} on {counted(sites, 'site')}"
        return f"{', '.join([found, *parts])}."
    return f"No violation in {counted(judgement.coverage.seen, 'request')}, {', '.join(parts)}."
