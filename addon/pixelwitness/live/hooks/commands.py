"""Commands in mitmproxy's own interfaces: summary, sites, export.

Owns what they answer, all of it read from the store: what was committed some tenths
of a second ago.  They run when a person asks, on mitmproxy's event loop.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from mitmproxy import exceptions, types
from mitmproxy.addonmanager import Loader

from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.live.saving.session_report import SessionRecords, read_exposure, write_report
from pixelwitness.report.formats import plain
from pixelwitness.report.statements.narrative import narrate_all
from pixelwitness.report.wording.english.cells import list_events
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.store.errors import StoreError

log = logging.getLogger(__name__)


class Commands:
    """``pixelwitness.summary``, ``pixelwitness.sites`` and ``pixelwitness.export``, about the session under way."""

    def __init__(self, find_records: Callable[[], SessionRecords | None], vocabulary: Vocabulary) -> None:
        self._find_records = find_records
        self._vocabulary = vocabulary

    def declare(self, loader: Loader) -> None:
        """Make them known to mitmproxy.

        Not as an addon of its own, as decorators would have it: each is asked some twenty times for every request.
        """
        for command in (self.summary, self.sites, self.export):
            loader.add_command(f"pixelwitness.{command.__name__}", command)

    def summary(self) -> str:
        """Sum up what sites told Meta in this session."""
        return "\n".join(plain.summary_lines(self._exposure(), self._vocabulary))

    def sites(self) -> Sequence[str]:
        """List the sites that told Meta anything in this session."""
        exposure = self._exposure()
        return [
            "; ".join(
                (
                    f"{safe_text(one.site.name)}: {', '.join(list_events(one.events('told'))) or 'no event'}",
                    *(
                        f"{head}: {', '.join(words)}"
                        for head, outcome in plain.NOT_TOLD
                        if (words := list_events(one.events(outcome)))
                    ),
                )
            )
            for one in narrate_all(exposure, self._vocabulary.perspective(exposure))
        ]

    def export(self, path: types.Path) -> None:
        """Write a report of this session to a file; its suffix says the format: html, txt, md, json, jsonl, csv."""
        target = Path(path).expanduser()
        try:
            write_report(self._recorded(), target, self._vocabulary)
        except (StoreError, OSError, ValueError) as error:
            raise _failed(f"pixelwitness: {error}") from None
        log.info("pixelwitness: the report is in %s", target)

    def _recorded(self) -> SessionRecords:
        recorded = self._find_records()
        if recorded is None:
            raise _failed("pixelwitness: nothing is recorded; look at its options")
        return recorded

    def _exposure(self) -> Exposure:
        try:
            return read_exposure(self._recorded())
        except StoreError as error:
            raise _failed(f"pixelwitness: {error}") from None


def _failed(text: str) -> exceptions.CommandError:
    return exceptions.CommandError(text)
