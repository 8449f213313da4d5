"""Rows become forecast input, part by part."""
