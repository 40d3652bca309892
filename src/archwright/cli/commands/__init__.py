"""The commands, one module each, in the order of the work. A command is loaded when it is called."""
