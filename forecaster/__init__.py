"""A forecasting engine: a long table in, quantile forecasts and a leaderboard out.

from forecaster import fit, load, Model

model = fit(table, config)          # candidates, backtests, weights
model.leaderboard                   # one row per candidate, best first
model.forecast(table)               # key columns, timestamp, mean, p10, p50, p90
model.save("model.tar.gz")
load("model.tar.gz").forecast(newer_table)
"""

from forecaster.errors import ForecasterError
from forecaster.fitting import fit
from forecaster.model import Model, load

__all__ = ["ForecasterError", "Model", "fit", "load"]
