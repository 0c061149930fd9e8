"""``guard``: keep recordings that hold sessions out of a repository."""

import click

from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
def guard(paths: tuple[str, ...]) -> ExitCode:
    """Fail when a recording holds what would let others in: for a pre-commit hook.

    Looks in every entry for cookies, authorising headers, and tokens or passwords in
    addresses, in what was sent and in answers; says where they stand, never what they are.
    Exit 1 when there are any, 4 when something could not be looked at.
    """
    from pixelwitness.cli.shared.scanning import MAX_PROBLEMS, names_nothing
    from pixelwitness.guard import guard as search_recordings
    from pixelwitness.report.answers.guard_text import MAX_ENTRIES, closing_lines, count_further, describe_entry
    from pixelwitness.report.wording.safe_text import counted, safe_text

    if names_nothing(paths):
        return ExitCode.NOTHING_TO_SCAN
    recordings = requests = findings = unread = 0
    incomplete = False
    for recording in search_recordings(paths):
        recordings += 1
        requests += recording.requests
        findings += len(recording.findings)
        unread += recording.unread
        incomplete |= recording.incomplete
        emit(
            describe_entry(recording.name, finding.position, finding.line, finding.places) + "\n"
            for finding in recording.findings[:MAX_ENTRIES]
        )
        if len(recording.findings) > MAX_ENTRIES:
            emit([count_further(recording.name, len(recording.findings) - MAX_ENTRIES) + "\n"])
        for problem in recording.problems[:MAX_PROBLEMS]:
            where = "" if problem.where in (recording.name, "input") else f"{safe_text(problem.where, 400)}: "
            notify(f"pixelwitness: {safe_text(recording.name, 400)}: {where}{safe_text(problem.what, 400)}")
        if len(recording.problems) > MAX_PROBLEMS:
            notify(f"pixelwitness: … and {counted(len(recording.problems) - MAX_PROBLEMS, 'further problem')}")
    if not recordings:
        notify("pixelwitness: no recording was found in what was named")
        return ExitCode.NOTHING_TO_SCAN
    emit(line + "\n" for line in closing_lines(requests, findings, recordings))
    return decide(
        Outcome(
            could_not_run=unread == recordings,
            violations=findings > 0,
            incomplete=incomplete,
            nothing=requests == 0,
        )
    )
