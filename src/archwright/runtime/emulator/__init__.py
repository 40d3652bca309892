"""A supplier of models as a real process on loopback: its laws of time, its limits, its faults, its own bill. It knows no
gateway and makes no decision of one.
"""
