"""What ran, held against what was designed."""
