"""Territories side by side: limits of chance, peers and neighbours, intervals, what is near in space. No rank, no score."""
