"""The published models of JSON, and how an exposure fills them."""
