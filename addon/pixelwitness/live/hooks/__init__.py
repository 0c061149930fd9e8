"""The mitmproxy addon: options, hooks, marks, blocking."""
