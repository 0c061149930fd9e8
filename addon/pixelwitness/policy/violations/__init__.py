"""What a policy objects to, with evidence and remedy."""
