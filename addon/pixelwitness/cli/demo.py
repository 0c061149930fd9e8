"""``demo``: a story told by invented traffic."""

import sys
import tempfile
from importlib import resources
from pathlib import Path

import click

from pixelwitness.cli.shared.options import choose_drawing, colour_option, region_option
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.wording.safe_text import safe_text


@click.command()
@colour_option
@region_option
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the recording to a new file instead, to try the other commands on.",
)
@click.option(
    "--html",
    "html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the demo's report as a page of HTML instead.",
)
def demo(colour: str, region: str | None, save: Path | None, html: Path | None) -> ExitCode:
    """Show what sites of an invented recording told Meta.

    The recording comes with the program. Its people and sites do not exist, so its values are
    kept and shown; nothing leaves this machine, and no file stays.
    """
    if save is not None:
        return _save(save)
    from pixelwitness.cli.shared.output import draw_parts, warn_of_losses
    from pixelwitness.cli.shared.output_file import write_output
    from pixelwitness.report.formats import plain
    from pixelwitness.report.formats.format_table import REPORT_FORMATS, end_lines
    from pixelwitness.report.report_data import read_report
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.scan.scan import ScanOptions, scan
    from pixelwitness.store.database import reading

    with (
        tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder,
        resources.as_file(resources.files("pixelwitness.recordings")) as recordings,
    ):
        db = Path(folder, "demo.sqlite")
        outcome = scan([str(recordings)], ScanOptions(db=db, keep_values=True))
        if not outcome.scanned:
            notify("pixelwitness: the recordings of the demo are missing from this installation; install it again")
            return ExitCode.COULD_NOT_RUN
        with reading(db) as connection:
            data = read_report(connection, vocabulary(region))
            if html is not None:
                write_output(REPORT_FORMATS["html"].render(data), html)
                notify(f"This traffic is invented. Its report is in {safe_text(str(html), 400)}; open it in a browser.")
                return ExitCode.CLEAN
    notify("This traffic is invented, and its values are kept (--keep-values) so that the story can be told.\n")
    draw, in_colour = choose_drawing(colour)
    exposure, words = data.exposure, data.vocabulary
    if draw:
        from pixelwitness.report.formats import terminal

        sys.stderr.flush()
        summary = terminal.draw_summary(exposure, words, after_story=True)
        draw_parts([terminal.draw_story(exposure, words), summary], colour=in_colour)
    else:
        summary_lines = plain.summary_lines(exposure, words, after_story=True)
        emit(end_lines([*plain.story_lines(exposure, words), *summary_lines]))
    warn_of_losses(exposure.coverage)
    notify("\nYour own: record a page (browser's network panel, save as HAR), then: pixelwitness scan FILE.har")
    return ExitCode.INCOMPLETE if exposure.coverage.has_loss else ExitCode.CLEAN


def _save(file: Path) -> ExitCode:
    """Write the bundled recording to a file that does not exist yet."""
    recording = resources.files("pixelwitness.recordings") / "story.har"
    data = recording.read_bytes()
    try:
        with file.open("xb") as new:
            new.write(data)
    except FileExistsError:
        raise click.UsageError(f"{file} is there already; name a new file") from None
    notify(
        f"The invented recording is in {safe_text(str(file), 400)}; try: pixelwitness scan {safe_text(str(file), 400)}"
    )
    return ExitCode.CLEAN
