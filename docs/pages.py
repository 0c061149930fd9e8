"""The pictures of the HTML report, taken of what ``pixelwitness demo --html`` writes.

Needs Chromium and Playwright: ``python docs/pages.py [FOLDER]`` takes light, dark, paper and
phone anew, with the network cut.  Owns what of the page is shown in which picture.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = Path("/usr/bin/chromium")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the window, and what of the page is seen in it."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    medium: Literal["screen", "print"] = "screen"
    part: str = ""
    """The id of the part at the upper edge; empty: the head of the page."""
    scale: float = 1
    margin: int = 0
    """Pixels around the page, those of a sheet of paper, which only a printer adds."""


TAKEN: Sequence[Picture] = (
    Picture("report-light", 1280, 1500),
    Picture("report-dark", 1280, 1350, scheme="dark", part="sites-head"),
    Picture("report-print", 794, 1123, medium="print", margin=57, scale=1.25),
    Picture("report-phone", 375, 812, scale=2),
)


def take(browser: Browser, page_file: Path, picture: Picture, folder: Path) -> None:
    """Take one picture of a page into a folder."""
    context = browser.new_context(
        offline=True,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        device_scale_factor=picture.scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.emulate_media(media=picture.medium)
    page.goto(page_file.as_uri())
    page.evaluate("margin => { document.body.style.padding = margin }", f"{picture.margin}px" if picture.margin else "")
    if picture.part:
        page.evaluate("part => document.getElementById(part).scrollIntoView()", picture.part)
    page.screenshot(path=folder / f"{picture.name}.png")
    context.close()


def renew(folder: Path = PICTURES) -> None:
    """Write the demo's report and take its pictures."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        page = Path(scratch, "report.html")
        subprocess.run([sys.executable, "-m", "pixelwitness", "demo", "--html", str(page)], check=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for picture in TAKEN:
            take(browser, page, picture, folder)
        browser.close()


if __name__ == "__main__":
    renew(*map(Path, sys.argv[1:]))
