"""What is said of an exposure, in words and for machines."""
