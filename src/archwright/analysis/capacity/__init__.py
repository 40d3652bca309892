"""What self-hosted models can carry: a roofline with its band, and what measured points say of it."""
