"""Links between actors: density, silos, positions."""
