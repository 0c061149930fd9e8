"""Which mitmproxy may be used: one with the fixes for its known security holes.

Owns the lowest version and the reason.  Must not import mitmproxy: it decides
whether that is done at all.
"""

import re
from importlib import metadata

LOWEST = (12, 2, 2)


def refusal(version: str | None) -> str | None:
    """Return why a version of mitmproxy is not used, None when it may be; ``version`` None means not installed.

    >>> refusal("12.2.3")
    >>> refusal("11.0.2")
    'mitmproxy 11.0.2 has known security holes that 12.2.2 closes (among them CVE-2025-23217); install 12.2.2 or newer'
    """
    lowest = ".".join(map(str, LOWEST))
    if version is None:
        return 'mitmproxy is not installed; install it with `pip install "pixelwitness[live]"`'
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if numbers >= LOWEST:
        return None
    return (
        f"mitmproxy {version} has known security holes that {lowest} closes (among them CVE-2025-23217);"
        f" install {lowest} or newer"
    )


def installed() -> str | None:
    """Return the version of the installed mitmproxy, None when there is none."""
    try:
        return metadata.version("mitmproxy")
    except metadata.PackageNotFoundError:
        return None
