"""What every output of ``check`` tells alike: of each violation the headline, the details, the files.

Owns the words for one violation as pieces, so that each output can treat captured text
in its own safe way, and where in a repository its evidence stands.  It must not know
file systems or layouts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.policy.violations.judgement import Forbidden, Judgement, Place
from pixelwitness.report.wording.phrases import form_word, way_word
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence, shorten_url
from pixelwitness.report.wording.vocabulary import Vocabulary, with_forms

NOTHING = "Nothing to judge: 0 requests. What was not looked at is not clean."
UNKNOWN_SITE = "unknown site"
MAX_FIELDS = 6
"""Names of fields that one violation tells."""
NOTHING_CARRIED = "nothing of the person was seen with it"


@dataclass(frozen=True, slots=True)
class Located:
    """A file as a repository names it."""

    path: str
    """Relative to the root, its parts joined by ``/``; never absolute."""
    stands_in: bool = False
    """It is named in place of evidence that is no file below the root; lines are not its own."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that could not be read."""

    file: Located
    why: str
    """Words of ours."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A judgement with all that its outputs need beside it."""

    judgement: Judgement
    vocabulary: Vocabulary
    exit_code: ExitCode
    files: Mapping[str, Located]
    """Where each recording lies, by its id."""
    elsewhere: Located
    """What is named where no recording is."""
    unread: tuple[Unread, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """Why the answer cannot be relied on, each as a sentence; empty when it can."""
        told = [f"{gap}." for gap in self.judgement.gaps]
        if self.judgement.nothing:
            told.append(NOTHING)
        return tuple(told)

    @property
    def stale(self) -> tuple[str, ...]:
        """What in the baseline and the ignores is of no use any more, each as a sentence."""
        return tuple(f"{entry}." for entry in self.judgement.stale)

    def file(self, place: Place) -> Located:
        """Return the file in which a piece of evidence stands."""
        return self.files.get(place.recording_id, self.elsewhere)

    def line(self, place: Place) -> int:
        """Return the line of a piece of evidence in its file, 1 where that is not known."""
        return max(place.line or 1, 1) if not self.file(place).stands_in else 1


def inert(text: str, limit: int = 400) -> str:
    """Return text that is printable throughout and that no viewer takes for a link.

    >>> inert("see https://evil.example [here](https://evil.example)")
    'see https[:]//evil.example [here] (https[:]//evil.example)'
    """
    return safe_text(text, limit).replace("](", "] (").replace("://", "[:]//")


def as_line(sentence: Sentence, limit: int = 1_000) -> str:
    """Return a sentence as one inert line."""
    return inert("".join(safe_text(one, 300) if isinstance(one, Captured) else one for one in sentence), limit)


def site_name(one: Forbidden) -> str:
    """Return the site, in words where it is not known."""
    return Captured(one.site) if one.site else UNKNOWN_SITE


def headline(one: Forbidden, vocabulary: Vocabulary, *, how_often: bool = True) -> Sentence:
    """Return what was sent, where to and by which way, without the site.

    What is not `Captured` is ours, or was chosen by who runs the check.
    """
    ways = listed(
        [vocabulary.contact(each, one.rule_id) if one.is_contact else way_word(each) for each in one.channels]
    )
    times = f" ({counted(one.times, 'time')})" if how_often and one.times > 1 else ""
    if one.is_contact:
        return (f"contact with Meta by {ways}{times}",)
    what = Captured(one.name) if one.name else "an event whose name was not recorded"
    to = (" to pixel ", Captured(one.pixel_id)) if one.pixel_id else ()
    return (what, *to, f" by {ways}{times}")


def carried(one: Forbidden, vocabulary: Vocabulary) -> list[str]:
    """Name the classes of data that went along, with their forms: ``e-mail (SHA-256)``."""
    named: dict[str, set[str]] = {}
    for data_class, form in one.data:
        named.setdefault(vocabulary.label(data_class), set()).add(form_word(form))
    # That something is readable goes without saying, unless it is hashed elsewhere.
    return [with_forms(label, forms if forms != {"readable"} else ()) for label, forms in sorted(named.items())]


def details(one: Forbidden, checked: Checked) -> Iterator[tuple[str, Sentence]]:
    """Yield what else there is to tell of a violation: a word, and what stands behind it."""
    if one.blocked:
        yield "blocked", (f"{one.blocked:,} of {one.times:,}: sent, and stopped on the way",)
    if one.page_url:
        yield "page", (Captured(shorten_url(one.page_url)),)
    yield "carried", (", ".join(carried(one, checked.vocabulary)) or NOTHING_CARRIED,)
    if one.fields:
        more = f" and {len(one.fields) - MAX_FIELDS:,} more" if len(one.fields) > MAX_FIELDS else ""
        yield "fields", (Captured(", ".join(one.fields[:MAX_FIELDS])), more)
    yield "rule", (Captured(one.rule_id), f" ({safe_text(one.confidence, 20)})")
    yield from (("evidence", place) for place in evidence(one, checked))
    yield from (("to fix" if index == 0 else "or", (remedy,)) for index, remedy in enumerate(one.remedies))
    if one.suppressed is not None:
        yield one.suppressed.by, (reason(one),)


def evidence(one: Forbidden, checked: Checked) -> Iterator[Sentence]:
    """Yield where each piece of evidence stands, and how many more there are."""
    for place in one.places:
        file = checked.file(place)
        # In a file of one line, as many an exporter writes it, the line tells nothing.
        line = "" if file.stands_in or place.line in (None, 1) else f":{place.line}"
        yield (Captured(file.path + line), f" (entry {place.position:,})")
    if one.times > len(one.places):
        yield (f"and {one.times - len(one.places):,} more",)


def reason(one: Forbidden) -> str:
    """Return why a violation is suppressed, and until when; empty when it is not."""
    if one.suppressed is None:
        return ""
    until = f" (until {one.suppressed.expires})" if one.suppressed.expires else ""
    return f"{one.suppressed.reason or 'known to the baseline'}{until}"


def verdict(judgement: Judgement) -> str:
    """Return the one line that sums up."""
    if judgement.nothing:
        return NOTHING
    parts = [counted(len(judgement.warnings), "warning")]
    if judgement.suppressed:
        parts.append(f"{len(judgement.suppressed):,} suppressed")
    if judgement.violations:
        sites = len({one.site for one in judgement.violations})
        found = f"{counted(len(judgement.violations), 'violation')} on {counted(sites, 'site')}"
        return f"{', '.join([found, *parts])}."
    return f"No violation in {counted(judgement.coverage.seen, 'request')}, {', '.join(parts)}."
