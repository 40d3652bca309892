"""A supplier of models as a process on loopback: its times, limits, faults and its own bill. It knows no gateway."""
