"""The judgement of ``check`` as SARIF 2.1.0, for code scanning.

Owns the shape of the log and the limits of those that read it.  A result stands at the
line of the recording's entry; sites, pages and events are logical locations.  Captured
text stands in plain ``text`` only, where nothing of it can be a link or Markdown.  There
is no clock in it: the same evidence gives the same bytes.
"""

import itertools
from urllib.parse import quote

from pixelwitness import __version__
from pixelwitness.core.wire.json_text import Json
from pixelwitness.policy.config.checks import CHECKS, Level
from pixelwitness.policy.violations.judgement import Violation
from pixelwitness.report.check.check_result import CheckResult, Located
from pixelwitness.report.check.violation_wording import (
    acceptance_reason,
    details,
    format_line,
    make_inert,
    site_name,
    why,
)
from pixelwitness.report.published.json_encoding import encode_ascii
from pixelwitness.report.statements.acts import shorten_url
from pixelwitness.report.wording.coverage_words import SERVER_GAP, describe_unrecorded, summarise_coverage
from pixelwitness.report.wording.english.check_messages import tell_headline

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 5_000
"""Results of one run; code scanning shows no more of them."""
MAX_LOCATIONS = 100
"""Places of one result."""

type _Shape = dict[str, Json]

_ROOT = "%SRCROOT%"
_INDEX = {check: index for index, check in enumerate(CHECKS)}
_NOTICES = {
    "incomplete": "The evidence has a gap, so that silence would prove nothing",
    "nothing": "There was nothing to judge",
    "unread": "An input could not be read",
    "stale": "An entry of the baseline or of the ignores is of no use any more",
    "cut": "There are more results than are written down",
    "account": "What was looked at",
}


def render_sarif(result: CheckResult) -> str:
    """Return the log as one indented document in ASCII, with a line end."""
    judgement = result.judgement
    violations = (*judgement.violations, *judgement.warnings, *judgement.suppressed)
    run: _Shape = {
        "tool": {"driver": _driver()},
        # The slash at the end makes the whole of it the category that tells this tool's results from others'.
        "automationDetails": {"id": "pixelwitness/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(result, len(violations))],
        "results": [_result(violation, result) for violation in violations[:MAX_RESULTS]],
    }
    return encode_ascii({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver() -> _Shape:
    rules: list[Json] = [
        {
            **_described(str(check), about.title, about.help),
            "defaultConfiguration": {"level": "error"},
            "properties": {"tags": ["privacy"]},
        }
        for check, about in CHECKS.items()
    ]
    return {
        "name": "pixelwitness",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": rules,
        "notifications": [_described(key, title, f"{title}.") for key, title in _NOTICES.items()],
    }


def _described(key: str, title: str, text: str) -> _Shape:
    """Return a rule or a notice with all that code scanning asks of one."""
    words = title.replace("'", "").replace(",", "").split()
    return {
        "id": key,
        "name": "".join(word[:1].upper() + word[1:] for word in words),
        "shortDescription": {"text": title},
        "fullDescription": {"text": text},
        "help": {"text": text},
    }


def _invocation(result: CheckResult, results: int) -> _Shape:
    judgement = result.judgement
    notices: list[Json] = [_notice("incomplete", "error", gap) for gap in result.gaps]
    for unread in result.unread:
        notice = _notice("unread", "error", f"{unread.file.path} could not be read: {unread.why}")
        notices.append({**notice, "locations": [_physical(unread.file, 1)]})
    if judgement.is_empty:
        notices.append(_notice("nothing", "error", "0 requests: what was not looked at is not clean."))
    if results > MAX_RESULTS:
        notices.append(
            _notice(
                "cut",
                "warning",
                f"{results:,} results, of which the first {MAX_RESULTS:,} are written down: errors before warnings "
                "before what is suppressed. The other formats tell all of them.",
            )
        )
    notices += [_notice("stale", "warning", sentence) for sentence in result.stale]
    unknown = " ".join((*result.unjudged, *describe_unrecorded(judgement.coverage), SERVER_GAP))
    notices.append(
        _notice("account", "note", f"Policy: {result.policy}. {summarise_coverage(judgement.coverage)}. {unknown}")
    )
    return {
        "executionSuccessful": not (judgement.gaps or result.unread or judgement.is_empty),
        "exitCode": int(result.exit_code),
        "exitCodeDescription": result.exit_code.meaning,
        "toolExecutionNotifications": notices,
    }


def _notice(key: str, level: str, text: str) -> _Shape:
    return {"descriptor": {"id": key}, "level": level, "message": {"text": make_inert(text, 2_000)}}


def _result(violation: Violation, result: CheckResult) -> _Shape:
    places = [
        (result.file(place), result.line(place), f"entry {place.position:,}")
        for place in violation.places[:MAX_LOCATIONS]
    ]
    (file, line, _), *others = places or [(result.elsewhere, 1, "")]
    shape: _Shape = {
        "ruleId": make_inert(str(violation.check), 80),
        "level": "error" if violation.level is Level.ERROR else "warning",
        "message": {"text": _message(violation, result)},
        "occurrenceCount": violation.times,
        "locations": [{**_physical(file, line), "logicalLocations": _logical(violation)}],
        # The second key is the one that GitHub knows a result by; without it the hash of a line would be taken,
        # which every recording made anew changes, and which all results of a file in one line share.
        "partialFingerprints": {
            "pixelwitness/v1": violation.fingerprint,
            "primaryLocationLineHash": f"{violation.fingerprint}:1",
        },
    }
    if violation.check in _INDEX:
        shape["ruleIndex"] = _INDEX[violation.check]
    if others:
        shape["relatedLocations"] = [
            {"id": number, **_physical(file, line), "message": {"text": entry}}
            for number, (file, line, entry) in enumerate(others, 1)
        ]
    if violation.suppressed is not None:
        reason = make_inert(f"{violation.suppressed.by}: {acceptance_reason(violation)}")
        shape["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return shape


def _message(violation: Violation, result: CheckResult) -> str:
    """Return sentences; the first is what lists show."""
    first = format_line((site_name(violation), ": ", *tell_headline(violation, result.vocabulary)))
    more = [
        f"{word.capitalize()}: {'; '.join(format_line(sentence) for _, sentence in of_word)}"
        for word, of_word in itertools.groupby(details(violation, result), key=lambda detail: detail[0])
        if word not in ("baseline", "ignore")
    ]
    return " ".join(f"{part.removesuffix('.')}." for part in (first, make_inert(why(violation)), *more))


def _physical(file: Located, line: int) -> _Shape:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": relative_uri(file.path), "uriBaseId": _ROOT},
            "region": {"startLine": line},
        }
    }


def _logical(violation: Violation) -> list[Json]:
    locations: list[Json] = [{"name": make_inert(site_name(violation)), "kind": "site"}]
    if violation.page_url:
        locations.append({"name": make_inert(shorten_url(violation.page_url)), "kind": "page"})
    if violation.name:
        locations.append({"name": make_inert(violation.name), "kind": "event"})
    return locations


def relative_uri(path: str) -> str:
    """Return a relative path as a relative reference: no scheme, no host, whatever stands in it.

    >>> relative_uri("recordings/a b.har"), relative_uri("javascript:x#.har")
    ('recordings/a%20b.har', 'javascript%3Ax%23.har')
    """
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    return quote(raw.lstrip(b"/"), safe="/") or "."
