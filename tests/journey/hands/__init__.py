"""Each platform in a test's hands: what its people do, and what they see. One file a platform."""
