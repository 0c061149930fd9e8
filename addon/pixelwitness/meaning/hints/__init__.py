"""What else an event shows: consent, identity, topics, a server side."""
