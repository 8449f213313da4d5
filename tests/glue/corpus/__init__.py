"""Uploads as people make them, each with the exact findings that it must have."""
