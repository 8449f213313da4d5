"""What the commands have in common: where requests go, and what a terminal shows."""
