"""Builders that the tests share: uploads, reports, stages, accounts."""
