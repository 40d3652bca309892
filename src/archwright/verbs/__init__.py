"""The only place that reads files, environment and clock, and wires parts together. One module a verb."""
