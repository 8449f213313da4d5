"""The demo: one command that forecasts the sample upload on a local AWS."""
