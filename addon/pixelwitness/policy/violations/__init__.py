"""What a policy objects to, with evidence and remedy; and what could not be known."""
