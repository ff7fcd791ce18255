"""What `make bench` measures, on the real data."""
