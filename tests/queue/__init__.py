"""The queue: what is true of the embedded one beyond the conformance suite."""
