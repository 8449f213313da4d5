"""What Chalice deploys, and what it keeps of it."""
