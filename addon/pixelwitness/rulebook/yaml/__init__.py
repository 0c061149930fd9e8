"""YAML files read strictly, and the errors that name file, line, field and consequence."""
