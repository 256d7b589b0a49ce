"""What crosses `engine.sock` and stands in the journal: frames, values as JSON, and the errors that cross."""
