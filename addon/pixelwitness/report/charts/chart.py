"""What a chart is once it is drawn: the picture, and the same in words and rows.

Owns the one shape in which charts leave this package.  Texts are plain and already safe
for eyes; whoever puts them into a page escapes them, the picture alone is markup.
"""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its text alternative."""

    title: str
    description: str
    """What the picture shows and how it is read, in a few sentences."""
    svg: Markup
    head: tuple[str, ...]
    """Heads of the columns of the table that says the same; the first column names each row."""
    rows: tuple[tuple[str, ...], ...]
