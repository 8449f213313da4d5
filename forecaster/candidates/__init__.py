"""The candidate models, a module for each, and the catalogue of them."""
