"""What may be stored: values redacted, tokens in their place."""
