"""What a report says, as data: statements of one site and of the whole report, without a word."""
