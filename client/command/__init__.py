"""The command line: what was meant by its words, and what each command does."""
