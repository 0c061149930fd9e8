"""Rules, and the matching of requests against them."""
