"""The pictures, drawn so that the same data gives the same bytes on every machine."""
