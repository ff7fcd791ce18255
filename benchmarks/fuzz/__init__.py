"""Random bytes at every place where something comes in from outside."""
