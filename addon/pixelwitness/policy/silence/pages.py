"""Pages: whether anything was opened that could have told Meta something.

Owns the reading of visits and of pages that did not answer.  A recording of error pages
alone holds no sign of what the site's own pages send.  Pure.
"""

from collections.abc import Collection, Iterable, Iterator

from pixelwitness.core.exposure.records import Observation, Visit

PAGE_MISSING = "page_missing"
"""Kind of the observation that a page did not answer."""


def unopened(visits: Iterable[Visit], observations: Iterable[Observation], heard: Collection[str]) -> Iterator[str]:
    """Yield that no page could be opened in whole recordings; in those ``heard`` something of Meta's was."""
    failed = {one.recording_id for one in observations if one.kind == PAGE_MISSING}
    opened = set(heard)
    for one in visits:
        (failed if one.status is not None and one.status >= 400 else opened).add(one.recording_id)
    silent = len(failed - opened)
    if silent:
        yield (
            f"no page could be opened, there was no answer or an error in its place (recordings: {silent:,}), so "
            "nothing of the site was seen: see that its server runs, and record again"
        )
