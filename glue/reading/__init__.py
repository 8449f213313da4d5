"""A file becomes typed rows: archive, tables, numbers and timestamps as text."""
