"""Raw forecasts become what people read."""
