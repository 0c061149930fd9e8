"""What `check` forbids, what it lets pass, and when silence proves nothing."""
