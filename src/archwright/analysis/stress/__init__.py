"""What happens under load and faults, and what breaks first. It knows neither sockets nor the clock."""
