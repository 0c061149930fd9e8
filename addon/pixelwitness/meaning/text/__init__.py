"""Text as it was sent: its form, its encodings, its parts."""
