"""Jobs: what runs on its own for a long time, with progress: rehearsals of the loop from opening to learning."""
