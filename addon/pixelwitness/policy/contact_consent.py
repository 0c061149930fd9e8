"""Consent when contacts were made: what a site's signals had shown by then.

Owns the replay of stored signals, since events alone carry what was visible as a finding.
Pure; what the signals mean is `visible_consent`'s.
"""

from collections.abc import Iterable
from itertools import chain

from pixelwitness.core.exposure.records import Contact, Recording, Signal, Visit
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.meaning.hints.visible_consent import ConsentMemory
from pixelwitness.meaning.names.knowledge import ConsentNames

type _Row = Visit | Signal | Contact


def consent_of_contacts(
    recordings: Iterable[Recording],
    visits: Iterable[Visit],
    signals: Iterable[Signal],
    contacts: Iterable[Contact],
    names: ConsentNames,
) -> dict[str, frozenset[str]]:
    """Return labels of what was visible of consent, by the ids of contacts of known sites."""
    cookies = {recording.id: recording.cookies_recorded for recording in recordings}
    memory = ConsentMemory(names)
    labels: dict[str, frozenset[str]] = {}
    rows: chain[_Row] = chain(visits, signals, contacts)
    moments: dict[tuple[str, int], int] = {}
    for row in sorted(rows, key=_order):
        # Signals of one request are equally new.
        moment = moments.setdefault(_order(row)[:2], len(moments))
        client = row.recording_id
        if isinstance(row, Contact):
            if row.page_site is not None:
                findings = memory.at_event(client, Site(row.page_site), cookies_recorded=cookies.get(client, False))
                labels[row.id] = frozenset(finding.label for finding in findings)
        elif row.site is None:
            continue
        elif isinstance(row, Visit):
            memory.page(client, Site(row.site))
        elif row.state is not None and row.state in ConsentState:
            memory.signal(client, Site(row.site), row.kind, ConsentState(row.state), float(moment), own=True)
    return labels


def _order(row: _Row) -> tuple[str, int, int]:
    # A page comes before the signals that it carries, both before what the page does.
    rank = 2 if isinstance(row, Contact) else 1 if isinstance(row, Signal) else 0
    return row.seen_at or "", row.position, rank
