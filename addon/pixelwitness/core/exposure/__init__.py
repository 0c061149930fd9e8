"""The finished records, one class a table of the store, and their sums for each site."""
