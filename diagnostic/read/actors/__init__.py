"""Actors: their place, their doubles, their merging."""
