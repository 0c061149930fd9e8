"""``profile``: what could be inferred about a browser from all its events together."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import region_option, text_or_json_option
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode


@click.command()
@click.argument("db", type=click.Path(dir_okay=False, path_type=Path))
@text_or_json_option
@region_option
def profile(db: Path, format_: str, region: str | None) -> ExitCode:
    """Show what could be inferred about this browser: topics, interests, and what led to each.

    Everything is a hint from words that stand in lists of this program; whether Meta infers
    it cannot be seen from outside.
    """
    from pixelwitness.meaning.names.subjects import IDENTIFYING
    from pixelwitness.report.answers.profile import KINDS, infer_profile, profile_document, profile_lines
    from pixelwitness.report.formats.format_table import end_lines
    from pixelwitness.report.published.json_encoding import encode_unlinked
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading

    with reading(db) as connection:
        exposure = queries.exposure(connection, IDENTIFYING)
        if exposure.coverage.recordings == 0:
            notify("pixelwitness: the database holds no recording yet")
            return ExitCode.NOTHING_TO_SCAN
        inferred = infer_profile(
            queries.events(connection),
            queries.contacts(connection),
            queries.findings(connection, KINDS),
            load_knowledge().word_lists,
            queries.own_sites(connection),
        )
    words = vocabulary(region)
    if format_ == "json":
        emit([encode_unlinked(profile_document(inferred, exposure, words), indent=2) + "\n"])
    else:
        emit(end_lines(profile_lines(inferred, exposure, words)))
    return ExitCode.CLEAN
