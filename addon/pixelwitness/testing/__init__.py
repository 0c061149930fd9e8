"""What tests ask of a browser session: the witness, and the outcomes beside pass."""

from pixelwitness.testing.browser_witness import BrowserWitness
from pixelwitness.testing.outcomes import NotRecordedError, ToldMetaError

__all__ = ["BrowserWitness", "NotRecordedError", "ToldMetaError"]
