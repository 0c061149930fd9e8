"""Which files a person meant, opened and unpacked within bounds."""
