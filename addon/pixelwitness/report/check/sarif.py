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
from pixelwitness.policy.violations.judgement import Forbidden
from pixelwitness.report.check.judged import Checked, Located, as_line, details, headline, inert, reason, site_name
from pixelwitness.report.published.json_encoding import encode_ascii
from pixelwitness.report.wording.ledger_words import ALWAYS, account, unrecorded
from pixelwitness.report.wording.sentence import shorten_url

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


def as_sarif(checked: Checked) -> str:
    """Return the log as one indented document in ASCII, with a line end."""
    judgement = checked.judgement
    found = (*judgement.violations, *judgement.warnings, *judgement.suppressed)
    run: _Shape = {
        "tool": {"driver": _driver()},
        # The slash at the end makes the whole of it the category that tells this tool's results from others'.
        "automationDetails": {"id": "pixelwitness/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(checked, len(found))],
        "results": [_result(one, checked) for one in found[:MAX_RESULTS]],
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


def _invocation(checked: Checked, found: int) -> _Shape:
    judgement = checked.judgement
    notices: list[Json] = [_notice("incomplete", "error", f"{gap}.") for gap in judgement.gaps]
    for one in checked.unread:
        notice = _notice("unread", "error", f"{one.file.path} could not be read: {one.why}")
        notices.append({**notice, "locations": [_physical(one.file, 1)]})
    if judgement.nothing:
        notices.append(_notice("nothing", "error", "0 requests: what was not looked at is not clean."))
    if found > MAX_RESULTS:
        notices.append(
            _notice(
                "cut",
                "warning",
                f"{found:,} results, of which the first {MAX_RESULTS:,} are written down: errors before warnings "
                "before what is suppressed. The other formats tell all of them.",
            )
        )
    notices += [_notice("stale", "warning", sentence) for sentence in checked.stale]
    unknown = " ".join((*unrecorded(judgement.coverage), ALWAYS))
    notices.append(_notice("account", "note", f"Policy: {judgement.policy}. {account(judgement.coverage)}. {unknown}"))
    return {
        "executionSuccessful": not (judgement.gaps or checked.unread or judgement.nothing),
        "exitCode": int(checked.exit_code),
        "exitCodeDescription": checked.exit_code.meaning,
        "toolExecutionNotifications": notices,
    }


def _notice(key: str, level: str, text: str) -> _Shape:
    return {"descriptor": {"id": key}, "level": level, "message": {"text": inert(text, 2_000)}}


def _result(one: Forbidden, checked: Checked) -> _Shape:
    places = [
        (checked.file(place), checked.line(place), f"entry {place.position:,}") for place in one.places[:MAX_LOCATIONS]
    ]
    (file, line, _), *others = places or [(checked.elsewhere, 1, "")]
    result: _Shape = {
        "ruleId": inert(str(one.check), 80),
        "level": "error" if one.level is Level.ERROR else "warning",
        "message": {"text": _message(one, checked)},
        "occurrenceCount": one.times,
        "locations": [{**_physical(file, line), "logicalLocations": _logical(one, checked)}],
        # The second key is the one that GitHub knows a result by; without it the hash of a line would be taken,
        # which every recording made anew changes, and which all results of a file in one line share.
        "partialFingerprints": {"pixelwitness/v1": one.fingerprint, "primaryLocationLineHash": f"{one.fingerprint}:1"},
    }
    if one.check in _INDEX:
        result["ruleIndex"] = _INDEX[one.check]
    if others:
        result["relatedLocations"] = [
            {"id": number, **_physical(file, line), "message": {"text": entry}}
            for number, (file, line, entry) in enumerate(others, 1)
        ]
    if one.suppressed is not None:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": inert(f"{one.suppressed.by}: {reason(one)}")}
        ]
    return result


def _message(one: Forbidden, checked: Checked) -> str:
    """Return sentences; the first is what lists show."""
    first = as_line((site_name(one), ": ", *headline(one, checked.vocabulary)))
    why = [inert(one.why[:1].upper() + one.why[1:])] if one.why else []
    told = [
        f"{word.capitalize()}: {'; '.join(as_line(sentence) for _, sentence in of_word)}"
        for word, of_word in itertools.groupby(details(one, checked), key=lambda detail: detail[0])
        if word not in ("baseline", "ignore")
    ]
    return " ".join(f"{part.removesuffix('.')}." for part in (first, *why, *told))


def _physical(file: Located, line: int) -> _Shape:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri_of(file.path), "uriBaseId": _ROOT},
            "region": {"startLine": line},
        }
    }


def _logical(one: Forbidden, checked: Checked) -> list[Json]:
    found: list[Json] = [{"name": inert(site_name(one)), "kind": "site"}]
    if one.page_url:
        found.append({"name": inert(shorten_url(one.page_url)), "kind": "page"})
    if one.name:
        found.append({"name": inert(one.name), "kind": "event"})
    return found


def uri_of(path: str) -> str:
    """Return a relative path as a relative reference: no scheme, no host, whatever stands in it.

    >>> uri_of("recordings/a b.har"), uri_of("javascript:x#.har")
    ('recordings/a%20b.har', 'javascript%3Ax%23.har')
    """
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    return quote(raw.lstrip(b"/"), safe="/") or "."
