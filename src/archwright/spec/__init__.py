"""What a system is: the file, read into one `System`. It knows no prices, no clock and no network."""
