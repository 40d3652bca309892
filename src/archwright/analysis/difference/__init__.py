"""What two designs differ in: the file key by key, money, latency, findings. It knows no prices and no simulation."""
