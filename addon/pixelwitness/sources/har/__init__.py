"""HAR files, also broken, cut or very large ones."""
