"""The keys that families of kinds add to a component, one module a family."""
