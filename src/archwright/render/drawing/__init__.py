"""The parts of a drawing: lettering, placing, routing, colours. They know boxes and lines, not what a component does."""
