"""English: each kind of statement as a whole message, and as a few words for a cell."""
