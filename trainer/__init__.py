"""Training and forecasting with the embedded engine on what lies in a bucket.

``train.py`` is the Glue job that does it on AWS. The other modules are what it shares
with the local AWS, whose Autopilot trains with the same engine.
"""
