"""The program: ``python -m pixelwitness`` and the command ``pixelwitness``.

Owns that an interruption ends the process by 130 and without a traceback whenever it
comes, also while modules are imported.  Knows the command line; nothing else.
"""

import atexit
import contextlib
import os
import sys

_INTERRUPTED = 130


def main() -> int:
    """Run the command line and return the exit code, with which the process is to end."""
    code = 0

    def leave() -> None:
        # After an interruption inside `exec`, by which every dataclass is made, Python would end by the signal instead.
        if code == _INTERRUPTED:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(code)

    atexit.register(leave)  # registered first, called last: temporary folders are removed by then
    try:
        from pixelwitness.cli import main as run  # here: an interruption may come at the start, too

        code = run()
    except KeyboardInterrupt:
        from pixelwitness.policy.exit_code import ExitCode  # without the command line, which may be half imported

        code = _INTERRUPTED
        with contextlib.suppress(OSError):
            print(f"\npixelwitness: exit {code}: {ExitCode(code).meaning}", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
