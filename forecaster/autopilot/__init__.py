"""Autopilot's published semantics: its configuration, alignment and filling."""
