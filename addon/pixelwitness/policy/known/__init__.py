"""Findings that are known already: baselines and ignores."""
