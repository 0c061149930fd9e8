"""The published models of JSON, what is common to them: values, data, findings, the ledger.

Owns the names, types and meanings of keys, and how a model takes over what a record or an
exposure calls by the same name.  The schemas in the documentation and its tables of keys are
made from these classes, so a description here is what a user reads.
"""

from typing import Annotated, Any, Literal

import msgspec

from pixelwitness.report.statements.report_kinds import ReportStatement
from pixelwitness.report.statements.site_kinds import SiteStatement

SCHEMA_VERSION: Literal[2] = 2
"""Raised when a key changes its meaning or goes; new keys do not raise it."""

type Version = Annotated[Literal[2], says("2")]

type Contents = Literal["recorded", "partly_recorded", "not_recorded"]


def says(description: str) -> msgspec.Meta:
    """Return what a key holds, for the schema and the documentation."""
    return msgspec.Meta(description=description)


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """An object of JSON; a key that has no value in it is left out only where its type says so."""


def publish[M: Model](model: type[M], source: object, **keys: object) -> M:
    """Return a model of a record or of a part of an exposure.

    Each key that is not given is the attribute of that name of ``source``, a tuple as a list; raises `TypeError`
    where there is none.
    """
    for name in model.__struct_fields__:
        if name not in keys and hasattr(source, name):
            value = getattr(source, name)
            keys[name] = list(value) if isinstance(value, tuple) else value
    return model(**keys)


class Datum(Model, frozen=True, kw_only=True):
    """One class of data in one form, as it went with events or contacts."""

    data_class: Annotated[str, says("its [class](fields.md)")]
    label: Annotated[str, says("the class in words")]
    about: Annotated[
        Literal["person", "browser", "event", "page", "technical"],
        says("`person`, `browser`, `event`, `page` or `technical`"),
    ]
    form: Annotated[str, says("how it was dressed: `plain`, `sha256`, `masked` …")]
    matching: Annotated[str, says("`manual`, `automatic`, `server` or `unknown`: how it got in")]
    fields: Annotated[list[str], says("names of the fields")]
    times: Annotated[int, says("how many events and contacts carried it")]
    different_values: Annotated[int, says("how many different values")]
    values: Annotated[
        list[str] | msgspec.UnsetType, says("the values, where they are stored; else there is no key")
    ] = msgspec.UNSET


class KnownByIds(Model, frozen=True, kw_only=True):
    """By which identifiers Meta could tell whom events are about, at their closest."""

    level: Annotated[str, says("`account`, `person`, `browser`, `click`, `none` or `not recorded`")]
    names: Annotated[list[str], says("the identifiers, the closest first")]
    may_be_more: Annotated[bool, says("true where part of what was sent was not recorded")]


class Said(Model, frozen=True, kw_only=True):
    """A finding about several events, in words."""

    certainty: Annotated[str, says("`certain`, `likely` or `hint`")]
    label: Annotated[str, says("what was found, as one word")]
    evidence: Annotated[str, says("the reason, in words")]
    events: Annotated[int, says("how many events that may have left give it")]
    followed: Annotated[int, says("of these, how many a consent signal of the site followed")]


class SiteFinding(Model, frozen=True, kw_only=True):
    """One thing understood about what a site sent, as often as it was."""

    kind: Annotated[str, says("`personal_data`, `persona`, `topic`, `interest`, `instruction_text` or `conflict`")]
    label: Annotated[str, says("what was found, as one word")]
    certainty: Annotated[str, says("`certain`, `likely` or `hint`")]
    evidence: Annotated[str, says("the reason, in words")]
    fields: Annotated[list[str], says("names of the fields in which it was found")]
    events: Annotated[int, says("how many events that may have left give it")]
    contacts: Annotated[int, says("likewise contacts")]


class SaidOfSite(Model, frozen=True, kw_only=True):
    """One statement about a site: its kind with its arguments, and the message that reports print."""

    statement: Annotated[SiteStatement, says("[kind and arguments](statements.md)")]
    words: Annotated[str, says("the whole message, in English")]


class SaidOfReport(Model, frozen=True, kw_only=True):
    """One statement about the whole report."""

    statement: Annotated[ReportStatement, says("[kind and arguments](statements.md)")]
    words: Annotated[str, says("the whole message, in English")]


class AnnouncedUse(Model, frozen=True, kw_only=True):
    """What has been said of the use of such data, for the time and the region of a report."""

    id: Annotated[str, says("of the [statement](words.md#announced-uses)")]
    said_by: Annotated[str, says("`meta`, `press` or `article`")]
    introduction: Annotated[str, says("who said it, in words")]
    claim: Annotated[str, says("what was said")]
    certainty: Annotated[str, says("`certain`, `likely` or `unsupported`")]
    announced: Annotated[str | None, says("day, month or year, null for long since")]
    effective: Annotated[str | None, says("likewise")]
    in_force: Annotated[bool, says("whether it was said to be in force when the traffic was seen")]
    region: Annotated[str | None, says("for which was asked, or null")]
    standing: Annotated[str, says("`holds`, `reported`, `not_named` or `unknown`")]
    regions: Annotated[str, says("where it holds, in words")]
    conflicts: Annotated[list[str], says("what is not settled")]
    sources: Annotated[list[str], says("addresses")]


class Ledger(Model, frozen=True, kw_only=True):
    """The account of what was looked at: requests by the branch where they went, and what was lost beside it."""

    recordings: Annotated[int, says("recordings")]
    incomplete: Annotated[int, says("recordings that end before their end")]
    cookies_not_recorded: Annotated[int, says("recordings without cookies")]
    headless: Annotated[int, says("recordings made by a headless browser")]
    redacted: Annotated[int, says("recordings that are redacted copies")]
    seen: Annotated[int, says("`requests_seen`")]
    matched: Annotated[int, says("`requests_matched`")]
    carrying: Annotated[int, says("of those matched, requests that carried events; the others were contacts")]
    carried: Annotated[int, says("events that they carried")]
    other: Annotated[int, says("`requests_other`")]
    undecodable: Annotated[int, says("`undecodable`")]
    rejected: Annotated[int, says("`rejected`")]
    blocked: Annotated[int, says("`blocked`")]
    not_requests: Annotated[int, says("`not_requests`")]
    bodies_not_recorded: Annotated[int, says("`bodies_not_recorded`")]
    tls_refused: Annotated[int, says("`tls_refused`")]
    dropped: Annotated[int, says("`dropped`")]
    rule_faults: Annotated[int, says("`rule_faults`")]


class RecordingShape(Model, frozen=True, kw_only=True):
    """One recording, how it was read, and its own ledger."""

    id: Annotated[str, says("first digits of the file's SHA-256, or random for live traffic")]
    sources: Annotated[list[str], says("where it lay when it was scanned")]
    kind: Annotated[str, says("`har`, `flows` or `live`")]
    sha256: Annotated[str | None, says("of the file, null for live traffic")]
    exporter: Annotated[str | None, says("what made it, as it says")]
    user_agent: Annotated[str | None, says("of the browser, as it says")]
    first_seen: Annotated[str | None, says("UTC, of its first request")]
    last_seen: Annotated[str | None, says("UTC, of its last request")]
    complete: Annotated[bool, says("false where it ends before its end")]
    cookies_recorded: Annotated[bool, says("false where the exporter left cookies out")]
    tool_version: Annotated[str, says("of the scanner")]
    rules_sha256: Annotated[str, says("of the rules that it was read with")]
    knowledge_sha256: Annotated[str, says("of the knowledge that it was read with")]
    suffix_list: Annotated[str, says("version of the list of public suffixes")]
    options: Annotated[dict[str, Any], says("that change what is stored")]
    requests_seen: Annotated[int, says("requests in it, as in the [ledger](ledger.md); the following likewise")]
    requests_matched: Annotated[int, says("for Meta")]
    requests_other: Annotated[int, says("for others")]
    undecodable: Annotated[int, says("for Meta, and not decodable")]
    rejected: Annotated[int, says("not usable")]
    blocked: Annotated[int, says("stopped on the way")]
    not_requests: Annotated[int, says("entries without a request")]
    bodies_not_recorded: Annotated[int, says("requests whose body was not recorded")]
    tls_refused: Annotated[int, says("connections that refused to be looked into")]
    dropped: Annotated[int, says("records that could not be stored")]
    rule_faults: Annotated[int, says("requests that were not looked at whole")]
