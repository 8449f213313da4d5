"""What stands before every service: the HTTP server, and whom it listens to."""
