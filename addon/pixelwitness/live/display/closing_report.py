"""The closing report of a session: what happened in a few sentences, the summary, and the path of the written report.

Owns what is printed when the session ends.  Reads the store; must not know mitmproxy.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.live.saving.session_report import SessionRecords, read_exposure, write_report
from pixelwitness.report.formats import plain
from pixelwitness.report.statements.report_statements import lead_statements, reporting_sites
from pixelwitness.report.statements.site_statements import site_statements
from pixelwitness.report.wording.coverage_words import SERVER_GAP
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.store.errors import StoreError


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
    """Yield what happened over all sites, the first thing that is said of the most telling one, what stays unseen."""
    perspective = vocabulary.perspective(exposure)
    for statement in lead_statements(exposure, perspective):
        yield tell(statement, vocabulary)
    for site in reporting_sites(exposure, perspective)[:1]:
        yield from (tell(statement, vocabulary) for statement in site_statements(site, perspective)[:1])
    yield (SERVER_GAP,)
