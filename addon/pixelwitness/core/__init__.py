"""Pure functions from a request to what was sent, by whom and in sum; they touch no file, clock or network."""
