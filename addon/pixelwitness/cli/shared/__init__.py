"""What several commands share: options, streams, scanning, and the way of results to stdout or a file."""
