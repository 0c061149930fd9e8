"""The recording of the demo."""
