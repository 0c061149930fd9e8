"""For ``mitmdump -s addon/addon.py`` from a clone, which keeps the rules beside this folder."""

from pathlib import Path

import pixelwitness

pixelwitness.__path__.append(str(Path(__file__).resolve().parents[1]))

from pixelwitness.live.start.shim.pixelwitness_addon import (  # noqa: E402  the line above makes its rules importable
    configure,
    done,
    error,
    load,
    request,
    response,
    running,
    tls_established_client,
    tls_failed_client,
)

__all__ = [
    "configure",
    "done",
    "error",
    "load",
    "request",
    "response",
    "running",
    "tls_established_client",
    "tls_failed_client",
]
