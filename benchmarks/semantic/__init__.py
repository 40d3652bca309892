"""Streams of questions for a semantic cache, and what it is held against."""
