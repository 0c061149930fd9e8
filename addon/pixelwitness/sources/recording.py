"""One recording of any format, from the input that names it to its `Reading`.

Owns the choice of the reader.  Must not know what is done with the exchanges.
"""

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Problem, Reading
from pixelwitness.sources.files.inputs import Input
from pixelwitness.sources.har.reader import read_har


def read_recording(source: Input, screen: Screen) -> Reading:
    """Read an input that has no problem; a flow file where mitmproxy is missing comes back with one.

    Raises `OSError` when a flow file cannot be read.
    """
    if source.kind == "har":
        return read_har(source, screen)
    try:
        # Imported here: mitmproxy is an extra, and slow to start.
        from pixelwitness.sources.flow_file import read_flows
    except ModuleNotFoundError as missing:
        if missing.name is None or not missing.name.startswith("mitmproxy"):
            raise
        needs = "it is a mitmproxy flow file, for which `pip install '.[live]'` in a clone of pixelwitness is needed"
        return Reading(iter(()), "flows", problems=[Problem(source.name, needs)], complete=False)
    return read_flows(source.file, screen)
