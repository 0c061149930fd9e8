"""The closing report of a session: three sentences, the summary, and the path of the written report.

Owns what is printed when the session ends.  Reads the store; must not know mitmproxy.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.live.saving.session_report import SessionRecords, read_exposure, write_report
from pixelwitness.meaning.names.subjects import About, about_of
from pixelwitness.report.formats import plain
from pixelwitness.report.statements.site_statements import site_statements
from pixelwitness.report.wording.coverage_words import SERVER_GAP
from pixelwitness.report.wording.english.data_words import list_names
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.safe_text import counted
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.store.errors import StoreError

MOST_NAMED = 5


def print_closing_report(
    recorded: SessionRecords, vocabulary: Vocabulary, stream: TextIO, notify: Callable[[str], None], *, colour: bool
) -> bool:
    """Write the story, the summary and the path of the report to a stream; False when the store cannot be read.

    ``notify`` gets what went wrong.
    """
    try:
        exposure = read_exposure(recorded)
    except StoreError as error:
        notify(f"the story cannot be told: {error}")
        return False
    for sentence in summarise(exposure, vocabulary):
        print(plain_sentence(sentence), file=stream)
    print(file=stream)
    if stream.isatty():
        # Imported here: a start without a terminal does not pay for rich.
        from pixelwitness.report.formats import terminal

        terminal.console(stream, colour=colour).print(terminal.draw_summary(exposure, vocabulary))
    else:
        for line in plain.summary_lines(exposure, vocabulary):
            print(line, file=stream)
    target = report_path(recorded)
    try:
        write_report(recorded, target, vocabulary)
    except (StoreError, OSError) as error:
        notify(f"the report cannot be written: {error}")
        return False
    print(f"\nThe report: {target}", file=stream, flush=True)
    return True


def report_path(recorded: SessionRecords) -> Path:
    """Return where the report of a session goes: beside its database, one for each session."""
    return recorded.db.with_name(f"{recorded.db.stem}-{recorded.ids[0][:8]}.html")


def summarise(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[Sentence]:
    """Yield three sentences: who told Meta anything, the most telling of it, what stays out of sight."""
    sites = [site for site in exposure.sites if site.standing is not Standing.META]
    telling = [site for site in sites if site.sent or site.sent_contacts]
    trying = [site for site in sites if not site.is_silent]
    named = telling or trying
    names = [site.site for site in named if site.site is not None]
    number = counted(len(named), "site")
    if not named:
        visited = len(exposure.of(Standing.SITE))
        opened = f"You opened {counted(visited, 'site')}, and nothing" if visited else "Nothing"
        yield (f"{opened} was seen to go to Meta.",)
        yield (f"{counted(exposure.coverage.seen, 'request')} were looked at.",)
    else:
        listed = (": ", *list_names(names, MOST_NAMED)) if names else ()
        yield (f"{number} told Meta of you" if telling else f"{number} tried to tell Meta of you", *listed, ".")
        statements = site_statements(max(named, key=_weight), vocabulary.perspective(exposure))
        yield from (tell(one, vocabulary) for one in statements[:1])
    yield (SERVER_GAP,)


def _weight(site: SiteExposure) -> tuple[int, int, int]:
    """Order sites by how much they tell of the person, then of the browser, then at all."""
    about = [about_of(data.data_class, origin) for data in site.data for origin in data.origins]
    is_named = site.standing is Standing.SITE
    return about.count(About.PERSON) if is_named else -1, about.count(About.BROWSER), site.n_events + site.n_contacts
