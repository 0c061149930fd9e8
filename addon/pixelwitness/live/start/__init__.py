"""The start of a session: proxy, browser, settings."""
