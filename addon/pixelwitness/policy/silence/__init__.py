"""Why a recording without events may still not be clean."""
