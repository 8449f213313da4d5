"""What the tables' columns are."""
