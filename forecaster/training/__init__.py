"""Training: candidates run on the clock, backtested, combined and calibrated."""
