"""One recording in, batches of rows out; that work shared among processes."""
