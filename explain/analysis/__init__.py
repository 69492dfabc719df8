"""What can be said of a policy without any case, as people and programs see it."""
