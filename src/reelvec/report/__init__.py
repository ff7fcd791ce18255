"""Pictures, and the page that gathers all results."""
