"""Jobs: what runs by itself, night after night, on a lake."""
