"""Communes, points, territories: what a cell that names a place leads to."""
