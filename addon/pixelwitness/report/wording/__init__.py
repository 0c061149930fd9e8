"""The sentences: what a site told Meta, about whom, and what could not be seen."""
