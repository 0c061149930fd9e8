"""What belongs together: a request and its page, an event and its copies."""
