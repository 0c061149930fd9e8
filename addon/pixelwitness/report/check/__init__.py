"""The formats in which `check` gives its judgement, a file each."""
