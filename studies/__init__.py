"""What takes longer than the pipeline may."""
