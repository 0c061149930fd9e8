"""The SQLite database: its schema, the one writer, the questions asked of it."""
