"""Knowledge files: checked and compiled."""
