"""The ground: errors, atomic files, typed parameters, where results come from."""
