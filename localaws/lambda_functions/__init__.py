"""AWS Lambda: the deployed zip, run in a process of its own."""
