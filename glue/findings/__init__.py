"""Findings: the catalogue of their codes, and the findings themselves."""
