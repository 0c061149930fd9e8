"""The file that mitmproxy loads by `-s`."""
