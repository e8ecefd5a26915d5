"""Jobs: what runs by itself, night after night on a lake, or week after week in a rehearsal."""
