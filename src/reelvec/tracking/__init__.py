"""MLflow, a view of what git and DVC hold."""
