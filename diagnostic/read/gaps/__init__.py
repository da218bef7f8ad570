"""What the measures of gaps are given beside the inventory: expectations, travel times, indicators of communes."""
