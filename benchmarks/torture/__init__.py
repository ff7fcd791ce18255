"""`make torture`: the pipeline under attack, and `docs/reliability.md` from what came of it."""
