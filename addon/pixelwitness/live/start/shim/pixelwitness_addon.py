"""For ``mitmdump -s``: mitmproxy takes a file, so here is one; the addon itself is in the package.

The hooks stand in the module itself rather than in a list of addons: mitmproxy asks every
addon at every event, and has one less to ask.
"""

from pixelwitness.live.hooks.addon import PixelWitness

_addon = PixelWitness()

load = _addon.load
configure = _addon.configure
running = _addon.running
done = _addon.done
request = _addon.request
response = _addon.response
error = _addon.error
tls_established_client = _addon.tls_established_client
tls_failed_client = _addon.tls_failed_client
