"""Open data -> tables of the house."""
