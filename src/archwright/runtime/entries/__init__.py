"""What a semantic cache keeps from one start to the next: its entries in a file, and which of them make room."""
