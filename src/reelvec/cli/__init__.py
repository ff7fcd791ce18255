"""The `reelvec` command, a module for each family of questions."""
