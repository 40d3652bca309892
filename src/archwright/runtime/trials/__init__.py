"""Trials: the real gateway is killed, cut off and lied to, and its ledger held against what others saw."""
