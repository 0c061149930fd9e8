"""The policy file, its presets and its checks."""
