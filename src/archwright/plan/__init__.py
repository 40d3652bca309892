"""System and facts compiled once into what both the simulator and the gateway run from."""
