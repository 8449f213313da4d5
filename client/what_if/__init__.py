"""What a model forecasts where what is known of the future were otherwise."""
