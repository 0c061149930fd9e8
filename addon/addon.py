from pixelwitness.live.addon import PixelWitness  # noqa: D100  mitmproxy looks for packages beside its script

addons = [PixelWitness()]
