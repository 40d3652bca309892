"""Dated, sourced facts about the world. It knows no system."""
