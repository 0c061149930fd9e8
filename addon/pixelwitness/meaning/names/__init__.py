"""What names mean: fields, data classes, words of topics, announced uses."""
