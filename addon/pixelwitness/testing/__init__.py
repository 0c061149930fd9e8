"""What tests ask of a browser session: the witness, and the outcomes beside pass."""

from pixelwitness.testing.outcomes import NotRecordedError, ToldMetaError
from pixelwitness.testing.witness import BrowserWitness

__all__ = ["BrowserWitness", "NotRecordedError", "ToldMetaError"]
