"""The settings: the rules of every key, and the layers that they come in."""
