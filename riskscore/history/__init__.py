"""History: what was known of a consignment's parties, lane and goods on the day before it was filed."""
