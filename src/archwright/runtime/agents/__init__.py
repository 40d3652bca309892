"""Agents run from a plan: a graph of LangGraph's, its state in SQLite. Only `graph` and `crew` load LangGraph."""
