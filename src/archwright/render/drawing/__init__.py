"""Lettering, placing, routing, colours: the parts of a drawing. They know boxes and lines, not what they stand for."""
