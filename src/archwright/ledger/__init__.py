"""What happened: one row an attempt, one a request. It knows neither the gateway nor the design."""
