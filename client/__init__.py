"""The client's parts: upload, find the run, follow it, fetch and show its results."""
