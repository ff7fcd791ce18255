"""What `params.yaml` may say: a file for each section, named like it, and the whole."""
