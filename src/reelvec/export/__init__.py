"""Vectors and whole models for other programs."""
