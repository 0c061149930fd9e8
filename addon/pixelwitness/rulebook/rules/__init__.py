"""Rule files: checked, tested by their own examples, compiled."""
