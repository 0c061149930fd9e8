"""The judgement of ``check`` as JUnit XML, for the pages of CI systems.

Owns which test case stands for what: a suite for the evidence, which errs when silence
would prove nothing, and a suite for each site, in which every violation is a case of its
own.  There are no times in it: nothing was timed.  Written by the standard library:
junitparser writes by whichever of two XML libraries it finds, and their bytes differ.
"""

import itertools
from collections.abc import Iterator
from xml.etree import ElementTree

from pixelwitness.policy.config.checks import CHECKS, Level
from pixelwitness.policy.violations.judgement import Forbidden
from pixelwitness.report.check.judged import (
    NOTHING,
    Checked,
    as_line,
    details,
    headline,
    inert,
    reason,
    site_name,
    verdict,
)
from pixelwitness.report.wording.ledger_words import ALWAYS, account, unrecorded

_EVIDENCE = "pixelwitness: evidence"


def as_junit(checked: Checked) -> str:
    """Return the whole document, with a line end."""
    judgement = checked.judgement
    suites = [_evidence(checked)]
    found = (*judgement.violations, *judgement.warnings, *judgement.suppressed)
    # The unknown site comes last.
    in_order = sorted(found, key=lambda one: (one.site is None, one.site or ""))
    for _, group in itertools.groupby(in_order, key=lambda one: one.site):
        suites.append(_of_site(tuple(group), checked))
    root = ElementTree.Element("testsuites", {"name": "pixelwitness", **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    # Captured text is printable throughout by now, so nothing that XML forbids is left in it.
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _evidence(checked: Checked) -> ElementTree.Element:
    """Return the suite that a clean run consists of: a green page must not come from nothing."""
    judgement = checked.judgement
    suite = ElementTree.Element("testsuite", {"name": _EVIDENCE})
    looked = _case(suite, _EVIDENCE, "there was something to judge")
    if judgement.nothing:
        _outcome(looked, "error", "nothing", NOTHING)
    read = _case(suite, _EVIDENCE, "every input could be read")
    _errors(read, "unread", [f"{one.file.path}: {one.why}" for one in checked.unread])
    complete = _case(suite, _EVIDENCE, "the evidence is complete")
    _errors(complete, "incomplete", [f"{gap}." for gap in judgement.gaps])
    lines = [
        f"Policy: {judgement.policy}",
        verdict(judgement),
        f"{account(judgement.coverage)}.",
        *unrecorded(judgement.coverage),
        ALWAYS,
        *checked.stale,
    ]
    ElementTree.SubElement(suite, "system-out").text = "\n".join(inert(line, 2_000) for line in lines)
    return _counted(suite)


def _of_site(found: tuple[Forbidden, ...], checked: Checked) -> ElementTree.Element:
    name = inert(site_name(found[0]))
    suite = ElementTree.Element("testsuite", {"name": name})
    for one in found:
        first = as_line(headline(one, checked.vocabulary))
        check = inert(str(one.check))
        # How often it happened is no part of the name, by which a CI system knows the case again.
        case = _case(suite, name, f"{check}: {as_line(headline(one, checked.vocabulary, how_often=False))}")
        why = f"{one.why}." if one.why else CHECKS[one.check].title if one.check in CHECKS else ""
        message = inert(f"{name}: {first}: {why}", 1_000)
        if one.suppressed is not None:
            _outcome(case, "skipped", one.suppressed.by, inert(reason(one)))
        elif one.level is Level.ERROR:
            _outcome(case, "failure", check, message, _text(one, checked))
        else:
            # There is no warning in this format: the case passes, and says so.
            ElementTree.SubElement(case, "system-out").text = f"warning: {message}\n{_text(one, checked)}"
    return _counted(suite)


def _text(one: Forbidden, checked: Checked) -> str:
    return "\n".join(f"{word}: {as_line(sentence)}" for word, sentence in details(one, checked))


def _case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", {"classname": group, "name": name})


def _errors(case: ElementTree.Element, kind: str, told: list[str]) -> None:
    """Write one error, as pages show no further ones of a case; all of it stands in its text."""
    if told:
        more = f" (and {len(told) - 1:,} more)" if len(told) > 1 else ""
        lines = [inert(one, 2_000) for one in told]
        _outcome(case, "error", kind, lines[0] + more, "\n".join(lines))


def _outcome(case: ElementTree.Element, tag: str, kind: str, message: str, text: str | None = None) -> None:
    ElementTree.SubElement(case, tag, {"type": kind, "message": message}).text = text


def _counted(suite: ElementTree.Element) -> ElementTree.Element:
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
