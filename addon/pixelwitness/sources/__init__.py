"""The formats of recordings; each yields the same exchanges."""
