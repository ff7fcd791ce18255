"""How the folder of a project is laid out, read and written."""
