"""Faults on purpose: calls, processes, jobs and events that go wrong as on AWS."""
