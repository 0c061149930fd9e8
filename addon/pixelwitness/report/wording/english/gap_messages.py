"""Gaps in English: why silence would prove nothing, and what of a baseline or ignore is out of date.

Owns a whole message for each kind.  What comes from the traffic or from files of the user is
captured text.
"""

from collections.abc import Mapping

from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.stale import Stale, StaleKind
from pixelwitness.report.wording.english.messages import Part, list_some, message, plural
from pixelwitness.report.wording.sentence import Captured, Sentence

MOST_NAMED = 5
"""Sites that a gap names; the others are counted."""
LONGEST = 80
"""Characters of a site that a gap shows."""

CONSENT_SHOWN: Mapping[str, str] = {
    "after_withdrawal": "consent had been withdrawn",
    "denied": "consent had been denied",
    "gpc": "the browser objected to sale and sharing",
    "nothing_seen": "no consent signal had been seen",
    "not_opted_out": "nobody had objected, which is no consent",
    "not_required": "the site held that nobody need be asked",
    "partial": "consent had been granted in part",
    "present": "there was a consent signal that could not be read",
    "not_recorded": "the recording holds no cookies or page in which a signal could have been seen",
    "granted": "consent had been granted",
    "": "of events of servers and apps no consent signal can be seen",
}
"""What was visible of consent, by its label."""

_GAPS: Mapping[GapKind, tuple[str, str]] = {
    GapKind.INCOMPLETE: (
        "{number} recording ends before the end: what came after is unknown.",
        "{number} recordings end before the end: what came after is unknown.",
    ),
    GapKind.REJECTED: (
        "{number} entry of recordings could not be used (no address in it).",
        "{number} entries of recordings could not be used (no address in them).",
    ),
    GapKind.UNDECODABLE: (
        "{number} request to Meta could not be decoded: the contents are unknown.",
        "{number} requests to Meta could not be decoded: the contents are unknown.",
    ),
    GapKind.DROPPED: (
        "{number} record could not be stored and was dropped.",
        "{number} records could not be stored and were dropped.",
    ),
    GapKind.RULE_FAULTS: (
        "{number} request was not looked at whole (a rule failed, or too much was in it): what it held may be missing.",
        "{number} requests were not looked at whole (a rule failed, or too much was in them): what they held may be "
        "missing.",
    ),
    GapKind.UNACCOUNTED: ("The sum does not add up: {of} requests seen, {number} accounted for.",) * 2,
    GapKind.BODIES: (
        "{number} request body was not recorded, and every one is asked for (--strict).",
        "{number} request bodies were not recorded, and every one is asked for (--strict).",
    ),
    GapKind.CONTENTS: (
        "Of {number} event or contact a body was not recorded, so that what it held is unknown.",
        "Of {number} events and contacts a body was not recorded, so that what they held is unknown.",
    ),
    GapKind.COOKIES: (
        "Of {number} event or contact the recorder left cookies out, so that it is unknown whether an account at Meta "
        "went along.",
        "Of {number} events and contacts the recorder left cookies out, so that it is unknown whether an account at "
        "Meta went along.",
    ),
    GapKind.NAME: (
        "Of {number} event the name was not recorded, so that it is unknown whether it is allowed.",
        "Of {number} events the name was not recorded, so that it is unknown whether they are allowed.",
    ),
    GapKind.PIXEL: (
        "Of {number} event the pixel was not recorded, so that it is unknown whether it is allowed.",
        "Of {number} events the pixel was not recorded, so that it is unknown whether they are allowed.",
    ),
    GapKind.CONSENT: (
        "Of {number} event it is unknown whether consent came before: {shown}.",
        "Of {number} events it is unknown whether consent came before: {shown}.",
    ),
    GapKind.HEADLESS: (
        "In {number} recording a headless browser loaded Meta's pixel and no event followed; Meta's configurations "
        "block such browsers, so silence proves nothing: record again with a window, or with an ordinary user agent.",
        "In {number} recordings a headless browser loaded Meta's pixel and no event followed; Meta's configurations "
        "block such browsers, so silence proves nothing: record again with a window, or with an ordinary user agent.",
    ),
    GapKind.HEADLESS_DROPPED: (
        "In {number} recording a headless browser loaded Meta's pixel and no event followed; the recorded "
        "configuration has events of such browsers dropped, so silence proves nothing: record again with a window, or "
        "with an ordinary user agent.",
        "In {number} recordings a headless browser loaded Meta's pixel and no event followed; the recorded "
        "configurations have events of such browsers dropped, so silence proves nothing: record again with a window, "
        "or with an ordinary user agent.",
    ),
    GapKind.PAGE_MISSING: (
        "In {number} recording no page could be opened, there was no answer or an error in its place, so nothing of "
        "the site was seen: see that its server runs, and record again.",
        "In {number} recordings no page could be opened, there was no answer or an error in its place, so nothing of "
        "the sites was seen: see that their servers run, and record again.",
    ),
    GapKind.SCRIPTS_MISSING: (
        "Meta's library was asked for and did not arrive ({sites}), so it could not send and silence proves nothing: "
        "let the browser reach it, or answer for it in the test.",
        "Meta's library was asked for and did not arrive ({sites}), so it could not send and silence proves nothing: "
        "let the browser reach it, or answer for it in the test.",
    ),
    GapKind.NO_REQUEST: ("The browser made no request at all; open a page first.",) * 2,
    GapKind.UNREST: (
        "The page did not come to rest: {shown}, and what follows was not seen; give it more time (rest_within), or "
        "name requests that never end (endless).",
    )
    * 2,
    GapKind.UNDECIDED: (
        "Of {number} event the name or the pixel was not recorded.",
        "Of {number} events the name or the pixel was not recorded.",
    ),
}
_UNREST: Mapping[str, tuple[str, str]] = {
    "asking": ("it kept asking for more",) * 2,
    "open": ("{number} request had no end yet", "{number} requests had no end yet"),
    "script": ("a script of it was still at work",) * 2,
}
_STALE: Mapping[StaleKind, str] = {
    StaleKind.BASELINE_OLDER: (
        "The baseline {name} was written before these kinds of contacts were told apart: {kinds}; contacts of theirs "
        "do not count until it is written anew (contacts: {contacts}, sites: {sites})."
    ),
    StaleKind.IGNORE_UNMATCHED: "ignore[{name}] ({about}) matches nothing any more; remove it.",
    StaleKind.IGNORE_EXPIRED: "ignore[{name}] ({about}) expired after {expired}: what it covered counts again.",
    StaleKind.ENTRY_UNMATCHED: "The baseline's entry {name} ({about}) matches nothing any more.",
}


def tell_gap(gap: Gap) -> Sentence:
    """Return why silence would prove nothing."""
    one, many = _GAPS[gap.kind]
    shown: Part = CONSENT_SHOWN.get(gap.label, CONSENT_SHOWN[""])
    if gap.kind is GapKind.UNREST:
        shown = plural(gap.number, *_UNREST[gap.label])
    return plural(gap.number, one, many, of=gap.of, shown=shown, sites=_sites(gap))


def tell_stale(stale: Stale) -> Sentence:
    """Return what of a baseline or an ignore is out of date."""
    return message(
        _STALE[stale.kind],
        name=(Captured(stale.name),),
        about=(Captured(", ".join(stale.about)),),
        expired=stale.expired,
        kinds=(Captured(", ".join(stale.kinds)),),
        contacts=stale.contacts,
        sites=stale.sites,
    )


def _sites(gap: Gap) -> Sentence:
    names = [
        (Captured(site if len(site) <= LONGEST else f"{site[:LONGEST]}…"),) for site in gap.sites if site is not None
    ]
    unknown: list[Part] = ["an unknown page"] if None in gap.sites else []
    return list_some([*names[:MOST_NAMED], *unknown], MOST_NAMED + 1, len(gap.sites))
