"""Many clients, some of them odd, at a served model for a long time."""
