"""Messages about a whole report in English: what happened over all sites, and in how much it was seen.

Owns these sentences; those of the ledger are in `coverage_words`.
"""

from collections.abc import Mapping

from pixelwitness.report.statements.report_kinds import (
    AgainstConsent,
    BodiesMissing,
    BrowsersKnown,
    LookedAt,
    NoPersonalData,
    PersonalDataOfSites,
    SharedValue,
    Silence,
    SitesContacted,
    SitesTold,
)
from pixelwitness.report.statements.statement import Certainty, Outcome, Sites
from pixelwitness.report.wording.english.consent_messages import LEFT
from pixelwitness.report.wording.english.data_words import list_names, name_data
from pixelwitness.report.wording.english.messages import follow, list_all, message, plural
from pixelwitness.report.wording.english.site_messages import ALSO_SHOWN, NOT_KNOWN
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_SITES = 3
"""Sites that a sentence of the lead names."""
MAX_HOLDERS = 20
"""Sites that are named of those that sent the same value."""

_TOLD: Mapping[Outcome, tuple[str, str]] = {
    "told": ("{sites} told Meta of {number} event.", "{sites} told Meta of {number} events."),
    "unknown": (
        "Of {number} event of {sites} it was not recorded whether it left.",
        "Of {number} events of {sites} it was not recorded whether they left.",
    ),
    "tried": (
        "{sites} tried to tell Meta of {number} event, and nothing left.",
        "{sites} tried to tell Meta of {number} events, and nothing left.",
    ),
    "blocked": (
        "{number} event of {sites} was blocked and did not arrive.",
        "{number} events of {sites} were blocked and did not arrive.",
    ),
}
_CONTACTED: Mapping[Outcome, tuple[str, str]] = {
    "told": (
        "{number} site let Meta know of the visit: {names}.",
        "{number} sites let Meta know of the visit: {names}.",
    ),
    "unknown": (
        "Whether {number} site let Meta know of the visit was not recorded: {names}.",
        "Whether {number} sites let Meta know of the visit was not recorded: {names}.",
    ),
    "tried": (
        "{number} site tried to let Meta know of the visit, and nothing left: {names}.",
        "{number} sites tried to let Meta know of the visit, and nothing left: {names}.",
    ),
    "blocked": (
        "{number} site tried to let Meta know of the visit, and was blocked: {names}.",
        "{number} sites tried to let Meta know of the visit, and were blocked: {names}.",
    ),
}
_FURTHER = {
    "told": ("{number} more let Meta know of the visit: {names}.", "{number} more let Meta know of the visit: {names}.")
}
_SENT: Mapping[tuple[Certainty, bool], str] = {
    ("certain", False): "{sites} sent data about the person: {data}.",
    ("likely", False): "{sites} likely sent data about the person: {data}.",
    ("hint", False): "{sites} perhaps sent data about the person: {data}.",
    ("certain", True): "{sites} sent data about the person, not each of them all of it: {data}.",
    ("likely", True): "{sites} likely sent data about the person, not each of them all of it: {data}.",
    ("hint", True): "{sites} perhaps sent data about the person, not each of them all of it: {data}.",
}


def _number(sites: Sites) -> Sentence:
    return plural(sites.total, "{number} site", "{number} sites")


def tell_sites(statement: SitesTold, vocabulary: Vocabulary) -> Sentence:
    """Return how many sites told, or tried to tell, of how many events."""
    if not statement.events:
        return ("No site was seen to tell Meta of an event.",)
    one, many = _TOLD[statement.outcome]
    return plural(statement.events, one, many, sites=_number(statement.sites))


def tell_contacted(statement: SitesContacted, vocabulary: Vocabulary) -> Sentence:
    """Return which sites let Meta know of the visit alone."""
    texts = _FURTHER.get(statement.outcome) if statement.further else None
    one, many = texts or _CONTACTED[statement.outcome]
    names = list_names(statement.sites.names, MAX_SITES, statement.sites.total)
    return plural(statement.sites.total, one, many, names=names)


def tell_data_of_sites(statement: PersonalDataOfSites, vocabulary: Vocabulary) -> Sentence:
    """Return which data about the person went from which sites."""
    sites = list_names(statement.sites.names, MAX_SITES, statement.sites.total)
    data = list_all(name_data(statement.data, vocabulary))
    return follow(
        message(_SENT[statement.certainty, statement.is_mixed], sites=sites, data=data),
        NOT_KNOWN if statement.unknown else (),
        ("Data of the person that you gave are among it.",) if statement.is_persona else (),
        ("It is one value, the same from all of them.",) if statement.one_value else (),
    )


def tell_no_personal_data(statement: NoPersonalData, vocabulary: Vocabulary) -> Sentence:
    """Return what is known where no field held data about the person."""
    what = "Nothing about the person" if statement.has_identifiers else "No identifier"
    if statement.bodies_not_recorded:
        return follow(
            message("{what} stood in the fields that were read; part of it was not recorded.", what=what), (ALSO_SHOWN,)
        )
    return follow(message("{what} stood in the fields that were read.", what=what), (ALSO_SHOWN,))


def tell_browsers_known(statement: BrowsersKnown, vocabulary: Vocabulary) -> Sentence:
    """Return how many sites sent something by which the browser can be known again."""
    if statement.unknown:
        return plural(
            statement.sites.total,
            "Something by which Meta could know the browser again would have gone from {number} site, if it left.",
            "Something by which Meta could know the browser again would have gone from {number} sites, if it left.",
        )
    if statement.of == 1:
        return ("It sent something by which Meta can know the browser again.",)
    if statement.sites.total == statement.of:
        return ("All of them sent something by which Meta can know the browser again.",)
    return plural(
        statement.sites.total,
        "{number} of them sent something by which Meta can know the browser again.",
        "{number} of them sent something by which Meta can know the browser again.",
    )


def tell_against_consent(statement: AgainstConsent, vocabulary: Vocabulary) -> Sentence:
    """Return how many events left although somebody had said no."""
    how = f"may have {LEFT[statement.state]}" if statement.unknown else LEFT[statement.state]
    return plural(statement.events, "{number} event {how}.", "{number} events {how}.", how=how)


def tell_bodies_missing(statement: BodiesMissing, vocabulary: Vocabulary) -> Sentence:
    """Return how many bodies of all sites nobody could look at."""
    return plural(
        statement.bodies,
        "{number} body of a request to Meta was not recorded.",
        "{number} bodies of requests to Meta were not recorded.",
    )


def tell_looked_at(statement: LookedAt, vocabulary: Vocabulary) -> Sentence:
    """Return when and in how much it was seen."""
    parts = {
        "recordings": plural(statement.recordings, "{number} recording", "{number} recordings"),
        "requests": plural(statement.requests, "{number} request", "{number} requests"),
    }
    first, last = statement.first_day, statement.last_day
    if first is None or last is None:
        return message("This was seen in {recordings} of {requests}.", **parts)
    if first == last:
        return message("This was seen on {first}, in {recordings} of {requests}.", first=first, **parts)
    return message(
        "This was seen from {first} to {last}, in {recordings} of {requests}.", first=first, last=last, **parts
    )


_GAPS: Mapping[str, tuple[str, str]] = {
    "incomplete": ("{number} recording that ends before its end", "{number} recordings that end before their end"),
    "rejected": ("{number} unusable entry", "{number} unusable entries"),
    "undecodable": ("{number} undecodable request", "{number} undecodable requests"),
    "dropped": ("{number} dropped record", "{number} dropped records"),
    "rule_faults": ("{number} request not looked at whole", "{number} requests not looked at whole"),
    "bodies_not_recorded": ("{number} request body not recorded", "{number} request bodies not recorded"),
    "tls_refused": (
        "{number} connection refused to be looked into",
        "{number} connections refused to be looked into",
    ),
    "changed": (
        "{number} request that the proxy itself or another addon changed",
        "{number} requests that the proxy itself or another addon changed",
    ),
    "headless": ("{number} recording of a headless browser", "{number} recordings of a headless browser"),
}
_REACH: Mapping[str, str] = {
    "nothing_scanned": "Nothing to scan: 0 requests. What was not looked at is not clean.",
    "own_sites_aside": "No site was seen to tell Meta anything in {requests}, Meta's own sites aside; unknown: {gaps}.",
    "chosen_part": (
        "Nothing of what was asked for was seen to go to Meta; in all, {to_meta} of {requests} of these recordings "
        "were for Meta."
    ),
    "within_meta": (
        "No site was seen to tell Meta anything in {requests}; {within_meta} went to Meta from its own pages, and no "
        "rule knows them; unknown: {gaps}."
    ),
    "everything": "Nothing was seen to go to Meta in {requests}; unknown: {gaps}.",
}


def tell_silence(statement: Silence, vocabulary: Vocabulary) -> Sentence:
    """Return that no site was seen to tell Meta anything, and what stays unknown; the last gap always holds."""
    gaps = [plural(number, *_GAPS[name]) for name, number in statement.gaps.items() if name in _GAPS]
    return message(
        _REACH[statement.reach],
        requests=plural(statement.requests, "{number} request", "{number} requests"),
        to_meta=statement.to_meta,
        within_meta=statement.within_meta,
        gaps=list_all([*gaps, "what servers send directly"]),
    )


def tell_shared_value(statement: SharedValue, vocabulary: Vocabulary) -> Sentence:
    """Return which values went from which sites alike."""
    shared = plural(
        len(statement.numbers),
        "One and the same {datum} (value {numbers}) went from {sites}.",
        "The same {datum} (values {numbers}) went from {sites}.",
        datum=list_all(name_data(statement.data, vocabulary)),
        numbers=", ".join(map(str, statement.numbers)),
        sites=list_names(statement.sites.names, MAX_HOLDERS, statement.sites.total),
    )
    if not statement.unknown:
        return shared
    return follow(shared, message("Of {number} of them it was not recorded whether it left.", number=statement.unknown))
