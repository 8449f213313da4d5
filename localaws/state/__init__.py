"""The state of a local AWS in a folder, so that it outlives the server."""
