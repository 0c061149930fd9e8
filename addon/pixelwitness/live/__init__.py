"""The live proxy: mitmproxy's hooks, the writing beside them, what is shown meanwhile."""
