"""Pure functions that say what sent data mean, and what of them may be kept."""
