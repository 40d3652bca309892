"""Archwright: architecture as code for AI systems that also runs."""

__version__ = "0.1.0"
