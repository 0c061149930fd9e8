"""The picture of the demo, drawn from what ``pixelwitness demo`` prints on a terminal.

Owns which part of the demo is shown, and the drawing as SVG, which loads nothing
from anywhere.  It must not know pages.
"""

import html
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parent / "pictures" / "demo.svg"
WIDTH = 96
"""Columns of the terminal in the picture."""

_TOLD = "shop.example"
"""The site whose part of the demo is shown; the others stand behind three dots."""
_ANNOUNCED = "What has been announced"
"""The beginning of the part that stands behind three dots, too: a picture is for a glance."""

_SVG = """\
<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>pixelwitness demo in a terminal</title>
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 17px; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def demo_lines() -> list[str]:
    """Run the demo in colour, as on a terminal, and return what is shown of it in the picture."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "PYTHONUTF8": "1"}
    environment.pop("NO_COLOR", None)
    ran = subprocess.run(
        [sys.executable, "-m", "pixelwitness", "demo", "--color", "always"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=environment,
        check=True,
    )
    if f"{_TOLD} told Meta" not in re.sub(r"\x1b\[[\d;]*m", "", ran.stdout):
        raise ValueError(f"the demo tells nothing of {_TOLD}; see what pixelwitness demo prints")
    return ["$ pixelwitness demo", *_shown(ran.stdout.splitlines())]


def _shown(lines: Sequence[str]) -> Iterator[str]:
    other_site = False
    left_out = False
    at_start = True
    for line in lines:
        plain = re.sub(r"\x1b\[[\d;]*m", "", line).strip()
        if (at_start and plain) or re.match(r"\w+\.example: |Visited", plain):
            site = re.match(r"\w+\.example", plain)
            other_site = (site is not None and site[0] != _TOLD) or plain.startswith(_ANNOUNCED)
            if other_site and not left_out:
                yield " ⋮"
                if at_start:
                    yield ""
            left_out = other_site
        at_start = not plain or not plain.strip("─")
        if not other_site:
            yield line.rstrip()


def picture() -> str:
    """Return the picture of the demo as SVG, which loads nothing from anywhere."""
    # Two columns more than the text has, so that the frame does not touch it.
    console = Console(record=True, width=WIDTH + 2, file=io.StringIO(), force_terminal=True, color_system="standard")
    for line in demo_lines():
        console.print(Text.from_ansi(line), soft_wrap=True)
    console.print()
    return console.export_svg(title="pixelwitness demo", code_format=_SVG, unique_id="demo")


def picture_text(svg: str) -> str:
    """Return the words in a picture, blanks aside, by which two pictures compare."""
    pieces = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return re.sub(r"\s+", "", html.unescape("".join(pieces)).replace("\xa0", " "))


def renew() -> None:
    """Draw the picture anew when its words have changed."""
    svg = picture()
    if not PICTURE.exists() or picture_text(PICTURE.read_text("utf-8")) != picture_text(svg):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(svg, "utf-8")


if __name__ == "__main__":
    renew()
