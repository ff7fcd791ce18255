"""How good the models are, and why they are wrong."""
