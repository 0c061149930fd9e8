"""For ``mitmdump -s``: mitmproxy takes a file, so here is one; the addon itself is in the package."""

from pixelwitness.live.addon import PixelWitness

addons = [PixelWitness()]
