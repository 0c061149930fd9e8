"""How ``check`` tells its judgement: one format, on stdout or in a file.

Owns the choice of the output, and the summary that GitHub's runner asks for.  The exit
code is the same for all formats.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from pixelwitness.cli.shared.streams import notify
from pixelwitness.report.check.judged import Checked

FORMATS = ("text", "json", "sarif", "junit", "github")


def tell(checked: Checked, format_: str, text: Iterable[str], output: Path | None) -> None:
    """Write a judgement; ``text`` holds the lines for people."""
    from pixelwitness.cli.shared.output_file import write_output

    # The steps of a pipeline that read it may run as another user.
    write_output(_pieces(checked, format_, text), output, shared=True)
    if format_ == "github":
        _summarise(checked, os.environ.get("GITHUB_STEP_SUMMARY"))


def _pieces(checked: Checked, format_: str, text: Iterable[str]) -> Iterable[str]:
    if format_ == "json":
        from pixelwitness.report.check.check_json import as_check_json

        return [as_check_json(checked)]
    if format_ == "sarif":
        from pixelwitness.report.check.sarif import as_sarif

        return [as_sarif(checked)]
    if format_ == "junit":
        from pixelwitness.report.check.junit import as_junit

        return [as_junit(checked)]
    if format_ == "github":
        from pixelwitness.report.check.github import as_github

        return (f"{line}\n" for line in as_github(checked))
    return (f"{line}\n" for line in text)


def _summarise(checked: Checked, summary: str | None) -> None:
    """Add to the summary of the runner's step, where there is one; what others wrote there stays."""
    if not summary:
        return
    from pixelwitness.report.check.github_summary import MAX_BYTES, as_summary

    try:
        with Path(summary).open("a", encoding="utf-8", newline="\n") as file:
            file.write(as_summary(checked, MAX_BYTES - file.tell()) + "\n")
    except OSError as error:
        notify(f"pixelwitness: the summary of the step could not be written: {type(error).__name__}")
