"""What the services stand on: the server, processes, isolation, libraries, logs."""
