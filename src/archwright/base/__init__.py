"""The ground: errors, units, money and the discovery of shelves. It knows no system."""
