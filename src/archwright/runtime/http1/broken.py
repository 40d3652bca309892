"""What is raised where a supplier's answer is none. Apart from the client, which may be compiled: an error may not."""

from __future__ import annotations


class Broken(ConnectionError):
    """The answer broke off, or is none."""
