"""The judgement of ``check`` as JUnit XML, for the pages of CI systems.

Owns which test case stands for what: a suite for the evidence, which errs when silence
would prove nothing, and a suite for each site, in which every violation is a case of its
own.  There are no times in it: nothing was timed.  Written by the standard library:
junitparser writes by whichever of two XML libraries it finds, and their bytes differ.
"""

import itertools
from collections.abc import Iterator
from xml.etree import ElementTree

from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.violations.judgement import Violation
from pixelwitness.report.check.check_result import CheckResult
from pixelwitness.report.check.violation_wording import (
    acceptance_reason,
    details,
    format_line,
    make_inert,
    site_name,
    why,
)
from pixelwitness.report.wording.coverage_words import SERVER_GAP, describe_unrecorded, summarise_coverage
from pixelwitness.report.wording.english.check_messages import NOTHING_JUDGED, tell_headline, tell_subject

_EVIDENCE = "pixelwitness: evidence"


def render_junit(result: CheckResult) -> str:
    """Return the whole document, with a line end."""
    judgement = result.judgement
    suites = [_evidence_suite(result)]
    violations = (*judgement.violations, *judgement.warnings, *judgement.suppressed)
    # The unknown site comes last.
    in_order = sorted(violations, key=lambda violation: (violation.site is None, violation.site or ""))
    for _, group in itertools.groupby(in_order, key=lambda violation: violation.site):
        suites.append(_site_suite(tuple(group), result))
    root = ElementTree.Element("testsuites", {"name": "pixelwitness", **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    # Captured text is printable throughout by now, so nothing that XML forbids is left in it.
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _evidence_suite(result: CheckResult) -> ElementTree.Element:
    """Return the suite that a clean run consists of: a green page must not come from nothing."""
    judgement = result.judgement
    suite = ElementTree.Element("testsuite", {"name": _EVIDENCE})
    judged = _add_case(suite, _EVIDENCE, "there was something to judge")
    if judgement.is_empty:
        _add_outcome(judged, "error", "nothing", NOTHING_JUDGED)
    read = _add_case(suite, _EVIDENCE, "every input could be read")
    _add_errors(read, "unread", [f"{unread.file.path}: {unread.why}" for unread in result.unread])
    complete = _add_case(suite, _EVIDENCE, "the evidence is complete")
    _add_errors(complete, "incomplete", list(result.gaps))
    lines = [
        f"Policy: {result.policy}",
        result.verdict,
        f"{summarise_coverage(judgement.coverage)}.",
        *result.unjudged,
        *describe_unrecorded(judgement.coverage),
        SERVER_GAP,
        *result.stale,
    ]
    ElementTree.SubElement(suite, "system-out").text = "\n".join(make_inert(line, 2_000) for line in lines)
    return _with_counts(suite)


def _site_suite(violations: tuple[Violation, ...], result: CheckResult) -> ElementTree.Element:
    name = make_inert(site_name(violations[0]))
    suite = ElementTree.Element("testsuite", {"name": name})
    for violation in violations:
        words = result.vocabulary
        first = format_line(tell_headline(violation, words))
        check = make_inert(str(violation.check))
        # How often it happened is no part of the name, by which a CI system knows the case again.
        case = _add_case(suite, name, f"{check}: {format_line(tell_subject(violation, words))}")
        message = make_inert(f"{name}: {first}. {why(violation)}", 1_000)
        if violation.suppressed is not None:
            _add_outcome(case, "skipped", violation.suppressed.by, make_inert(acceptance_reason(violation)))
        elif violation.level is Level.ERROR:
            _add_outcome(case, "failure", check, message, _describe(violation, result))
        else:
            # There is no warning in this format: the case passes, and says so.
            ElementTree.SubElement(case, "system-out").text = f"warning: {message}\n{_describe(violation, result)}"
    return _with_counts(suite)


def _describe(violation: Violation, result: CheckResult) -> str:
    return "\n".join(f"{word}: {format_line(sentence)}" for word, sentence in details(violation, result))


def _add_case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", {"classname": group, "name": name})


def _add_errors(case: ElementTree.Element, kind: str, sentences: list[str]) -> None:
    """Write one error, as pages show no further ones of a case; all of it stands in its text."""
    if sentences:
        more = f" (and {len(sentences) - 1:,} more)" if len(sentences) > 1 else ""
        lines = [make_inert(sentence, 2_000) for sentence in sentences]
        _add_outcome(case, "error", kind, lines[0] + more, "\n".join(lines))


def _add_outcome(case: ElementTree.Element, tag: str, kind: str, message: str, text: str | None = None) -> None:
    ElementTree.SubElement(case, tag, {"type": kind, "message": message}).text = text


def _with_counts(suite: ElementTree.Element) -> ElementTree.Element:
    """Write into a suite how many of its cases came out how."""
    for key, number in _numbers(suite):
        suite.set(key, str(number))
    return suite


def _numbers(suite: ElementTree.Element) -> Iterator[tuple[str, int]]:
    cases = suite.findall("testcase")
    yield "tests", len(cases)
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        yield key, sum(case.find(tag) is not None for case in cases)


def _sums(suites: list[ElementTree.Element]) -> dict[str, str]:
    return {key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures", "errors")}
