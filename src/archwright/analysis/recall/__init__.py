"""What a replay of past requests says of a semantic cache, and what a running one says of itself, as documents."""
