"""Patterns of rules: RE2, so that no text makes a match slow.

Owns compiling and matching.  A pattern is compiled when it first meets text that
could match: most rules of a set never see such text, and every start would pay for
all.  Must not know what a pattern is asked of.
"""

import re
from functools import cache, cached_property, lru_cache
from typing import Any

import re2

_SHORT = 40
"""Characters of a text whose match is remembered: the paths of Meta's end points come again and again."""


class Pattern:
    """An RE2 pattern that meets captured text: linear in time, and no text makes it raise."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._prefix = literal_prefix(text)
        """What every match begins with: most texts fail on it, at a hundredth of the cost."""
        self._remembered = lru_cache(maxsize=64)(self._match)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def __str__(self) -> str:
        return self.text

    @cached_property
    def _compiled(self) -> Any:
        return re2.compile(self.text, _options())

    def check(self) -> None:
        """Raise `re2.error` where the text is no pattern."""
        _ = self._compiled

    @property
    def groups(self) -> frozenset[str]:
        """Names of its groups."""
        return frozenset(self._compiled.groupindex)

    def fullmatch(self, text: str, /) -> Any:
        """Match the whole text, or return None.

        >>> Pattern("/(?P<id>[0-9]+)").fullmatch("/12").groupdict()
        {'id': '12'}
        """
        if not text.startswith(self._prefix):
            return None
        return self._remembered(text) if len(text) <= _SHORT else self._match(text)

    def _match(self, text: str) -> Any:
        try:
            return self._compiled.fullmatch(text)
        except UnicodeEncodeError:  # a lone surrogate, which JSON can hold and RE2 cannot read
            return self._compiled.fullmatch(text.encode("utf-8", "replace").decode())


def literal_prefix(pattern: str) -> str:
    r"""Return literal text with which every full match of a pattern begins, possibly none.

    >>> literal_prefix("/tr/?"), literal_prefix(r"/signals/config/(?P<id>[0-9]+)"), literal_prefix("/a|/b")
    ('/tr', '/signals/config/', '')
    >>> literal_prefix(r"/x\.js"), literal_prefix("(?i)/tr"), literal_prefix("/ab{2}"), literal_prefix("/a*")
    ('/x', '', '/a', '/')
    """
    if "|" in re.sub(r"\([^()]*\)", "", pattern):
        return ""
    literal = re.match(r"[A-Za-z0-9/_=&%:,;~ -]*", pattern)
    prefix = literal[0] if literal else ""
    return prefix[:-1] if pattern[len(prefix) :][:1] in ("?", "*", "{") and prefix else prefix


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False  # a broken pattern is reported by us, not on stderr
    return options
