"""What a run would make of an upload, found out without a run."""
