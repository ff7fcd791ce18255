"""Ids to a probability, and how that is learned."""
