"""Answers by meaning: what a route's semantic cache does in a running gateway. Loaded only where a plan has one."""
