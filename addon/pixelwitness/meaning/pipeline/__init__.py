"""One recording's requests in, finished records out."""
