"""What a session shows on the terminal."""
