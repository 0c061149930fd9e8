"""The matcher's budgets, with all built-in rules: what a request costs that is none of Meta's."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import Random

from bench import har_gen
from bench.measure import per_call

from pixelwitness.core.screen import BODY_WINDOW, Screen
from pixelwitness.rulebook.ruleset import load_rules

URLS = 20_000
BODIES = 200


def budgets(rounds: int) -> Iterator[tuple[str, float, float]]:
    """Yield (what, CPU microseconds of one call, the most it may take)."""
    rules = load_rules().rules
    urls = [json.loads(entry)["request"]["url"] for entry in islice(har_gen.entries(1, 0, bodies=False), URLS)]
    bound = Screen(rule for rule in rules if not rule.match.any_host)
    yield "matcher: a URL, rules bound to sites", _each(bound.wants_url, urls, rounds), 1.0
    screen = Screen(rules)
    yield "matcher: a URL, all rules", _each(screen.wants_url, urls, rounds), 2.0
    body = _telemetry()[:BODY_WINDOW]

    def search() -> None:
        for _ in range(BODIES):
            screen.wants_body("application/json", body)

    yield "matcher: a body of 64 kB", per_call(search, BODIES, rounds), 50.0


def _telemetry() -> bytes:
    """Return a body as sites send to other analysts: JSON that holds no literal of any rule."""
    random = Random(1)
    events = (
        {"event": "page_view", "value": random.random(), "name": f"{random.getrandbits(60):x}", "seen": True}
        for _ in range(1500)
    )
    return json.dumps(list(events), separators=(",", ":")).encode()


def _each(wants: Callable[[str], bool], urls: Iterable[str], rounds: int) -> float:
    listed = list(urls)

    def ask() -> None:
        for url in listed:
            wants(url)

    return per_call(ask, len(listed), rounds)
