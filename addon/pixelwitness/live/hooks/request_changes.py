"""What mitmproxy's own options change in requests: which of them pass here as asked for, and which as they leave.

Owns the knowledge of mitmproxy's addons and their order (addons/__init__.py, tools/*/master.py).
``modify_headers`` works before every request hook; ``map_remote`` and ``modify_body`` work in one,
before an addon that was added last and behind one that was loaded as a script.
"""

from collections.abc import Callable
from typing import Any

from mitmproxy import ctx, http
from mitmproxy.options import Options

_BEFORE_HOOKS = ("modify_headers",)
_BEFORE_THE_LAST = ("modify_headers", "modify_body")


def maps_requests(options: Options) -> bool:
    """Say whether mitmproxy sends requests elsewhere than they were asked to go."""
    return bool(getattr(options, "map_remote", None))


def find_changes(options: Options, *, is_last: bool) -> Callable[[http.HTTPFlow], bool] | None:
    """Return what says of a flow at its request hook whether its request was changed already; None for never."""
    names = [name for name in (_BEFORE_THE_LAST if is_last else _BEFORE_HOOKS) if getattr(options, name, None)]
    if not names:
        return None
    addons: list[Any] = [ctx.master.addons.get(name.replace("_", "")) for name in names]  # type: ignore[no-untyped-call]
    return lambda flow: any(spec.matches(flow) for addon in addons for spec in addon.replacements)
