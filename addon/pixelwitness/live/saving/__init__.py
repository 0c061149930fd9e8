"""Records on their way to the store while the proxy runs."""
