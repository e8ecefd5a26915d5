"""Selection: which consignments are opened tomorrow, by which share, and what that says of those left closed."""
