"""What `pixelwitness live` shows while it runs: a table that grows on a terminal, plain lines elsewhere.

Owns the layout of both.  rich is imported for a terminal only.  Everything captured
comes from an `EventLine`, printable already; messages of the log pass the sanitiser here.
"""

import logging
import os
import sys
from typing import TYPE_CHECKING, TextIO

from pixelwitness.core.exposure.records import Recording
from pixelwitness.live.display.event_line import EventLine
from pixelwitness.live.display.overview import OverviewLine, SessionOverview
from pixelwitness.report.wording.safe_text import counted, numbered, safe_text

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

LONGEST_MESSAGE = 2_000
_OUR_LOGGERS = "pixelwitness"
_TRACES = "Stack backtrace:"
"""What the parts of mitmproxy that are written in Rust put behind an error."""


def format_counts(recording: Recording | None) -> str:
    """Return the ledger of a session in one line."""
    if recording is None:
        return "nothing has passed the proxy yet"
    parts = [counted(recording.requests_seen, "request"), f"{recording.requests_matched:,} for Meta"]
    for number, words in (
        (recording.blocked, "blocked"),
        (recording.undecodable, "undecodable"),
        (recording.bodies_not_recorded, "bodies not recorded"),
        (recording.tls_refused, "connections refused to be looked into"),
        (recording.dropped + recording.rule_faults, "MISSING through a fault or for lack of room"),
    ):
        if number:
            parts.append(f"{number:,} {words}")
    return ", ".join(parts)


class PlainView:
    """One line for each event and contact as it arrives; messages go where errors go."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, line: EventLine) -> None:
        """Print a line; a reader who has gone costs nothing but the line."""
        try:
            print(line.text, file=self._stream, flush=True)
        except (OSError, ValueError):
            return

    def show_message(self, message: str) -> None:
        """Print a message to stderr."""
        print(message, file=sys.stderr, flush=True)

    def start(self) -> None:
        """Begin; nothing is drawn."""

    def stop(self) -> None:
        """End; nothing is left to clear."""


class TableView:
    """Sites with their events and contacts, drawn again some times a second, the counts below, messages above."""

    def __init__(self, overview: SessionOverview, console: "Console") -> None:
        self._overview = overview
        self._console = console
        self._live: Live | None = None

    def start(self) -> None:
        """Begin to draw."""
        # Imported here: a start without a terminal does not pay for rich.
        from rich.live import Live

        self._live = Live(
            get_renderable=self.drawn,
            console=self._console,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
        )
        self._live.start()

    def stop(self) -> None:
        """End, and leave the place to what comes after."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def show_message(self, message: str) -> None:
        """Print a message above the table."""
        # Imported here: a start without a terminal does not pay for rich.
        from rich.text import Text

        self._console.print(Text(message), soft_wrap=True)

    def show(self, line: EventLine) -> None:
        """Wait for the next drawing."""

    def drawn(self) -> "Group":
        """Return the table of the sites that fit, the latest at the bottom, and the ledger."""
        # Imported here: a start without a terminal does not pay for rich.
        from rich import box
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, header_style="bold", padding=(0, 1, 0, 0))
        table.add_column("Site", ratio=20, no_wrap=True, overflow="ellipsis")
        table.add_column("To Meta", ratio=42, no_wrap=True, overflow="ellipsis")
        table.add_column("With it", ratio=38, no_wrap=True, overflow="ellipsis")
        rows = [(site, line) for site, lines in self._overview.sites() for line in lines]
        room = max(self._console.height - 8, 3)
        previous = ""
        for site, line in rows[-room:]:
            shown = "" if site == previous else site
            table.add_row(Text(shown, style="bold cyan"), _label_text(line), _data_text(line))
            previous = site
        hidden = f"{counted(len(rows) - room, 'line')} above; " if len(rows) > room else ""
        below = Text.assemble((f"{hidden}{format_counts(self._overview.recording)}", "bold"), "\n", (HOW_TO_END, "dim"))
        waiting = Text("Nothing was seen to go to Meta yet.", style="dim")
        return Group(table if rows else waiting, below)


HOW_TO_END = "Close the browser's window or press Ctrl-C to end and read the story."


def _label_text(line: OverviewLine) -> "Text":
    # Imported here: a start without a terminal does not pay for rich.
    from rich.text import Text

    text = Text(numbered(line.label, line.times), style="" if line.is_event else "dim")
    for number, words in ((line.blocked, "blocked"), (line.tried, "did not leave")):
        if number:
            text.append(f" {words}" if number == line.times else f" ({number:,} {words})", style="green")
    return text


def _data_text(line: OverviewLine) -> "Text":
    # Imported here: a start without a terminal does not pay for rich.
    from rich.text import Text

    text = Text(", ".join(line.data), style="bold red" if line.is_personal else "yellow")
    if line.amount:
        text.append(f"{', ' if line.data else ''}{line.amount}", style="")
    return text


type View = PlainView | TableView


def view_for(overview: SessionOverview, stream: TextIO) -> View:
    """Return the view that fits a stream, and let the overview feed it."""
    view: View
    if stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        # Imported here: a start without a terminal does not pay for rich.
        from pixelwitness.report.formats.terminal import console

        drawn_on = console(stream, colour=True)  # colours are what lets it draw again and again
        drawn_on.no_color = bool(os.environ.get("NO_COLOR"))
        view = TableView(overview, drawn_on)
    else:
        view = PlainView(stream)
    overview.on_line = view.show
    return view


class LogMessages(logging.Handler):
    """Brings what the log says to a view: warnings of anybody, and what pixelwitness itself says."""

    def __init__(self, view: View) -> None:
        super().__init__(logging.INFO)
        self._view = view
        self.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith(_OUR_LOGGERS))

    def emit(self, record: logging.LogRecord) -> None:
        """Show a message in one printable line; never its traceback, which may hold what was captured."""
        try:
            message = record.getMessage().partition(_TRACES)[0].rstrip()
            self._view.show_message(safe_text(message, LONGEST_MESSAGE))
        except Exception:  # a message that cannot be shown must not end what it is about
            return
