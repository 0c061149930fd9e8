"""Personal data, secrets and the tester's own values, spotted in text."""
