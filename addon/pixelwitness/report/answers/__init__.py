"""What single commands answer: diff, explain, find, guard, profile, reconcile."""
