"""The matcher's budgets, with all built-in rules: what a request costs that is none of Meta's."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random

from bench import har_gen
from bench.measure import per_call

from pixelwitness.core.detect.screen import BODY_WINDOW, Screen
from pixelwitness.rulebook.rules.rule_set import load_rules

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
    slowest = max(
        _each(lambda body, kind=kind: screen.wants_body(kind, body), [body[:BODY_WINDOW]] * BODIES, rounds)  # type: ignore[misc]  # a default binds the type
        for kind, body in bodies().items()
    )
    yield "matcher: a body of 64 kB, the slowest type", slowest, 50.0


def bodies() -> Mapping[str, bytes]:
    """Return by media type what sites send to other analysts; more than 64 kB that hold no literal of any rule."""
    random = Random(1)
    rows = [
        {"event": "page_view", "value": str(random.random()), "name": f"{random.getrandbits(60):x}", "seen": "true"}
        for _ in range(2000)
    ]
    pairs = [pair for row in rows for pair in row.items()]
    return {
        "application/json": json.dumps(rows, separators=(",", ":")).encode(),
        "text/plain": json.dumps(rows, indent=1).encode(),
        "application/x-www-form-urlencoded": "&".join(f"{name}={value}" for name, value in pairs).encode(),
        "multipart/form-data; boundary=b": "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
        ).encode(),
        "text/csv": "\n".join(",".join(row.values()) for row in rows * 2).encode(),
    }


def _each[T](function: Callable[[T], object], arguments: Sequence[T], rounds: int) -> float:
    def all_of_them() -> None:
        for argument in arguments:
            function(argument)

    return per_call(all_of_them, len(arguments), rounds)
