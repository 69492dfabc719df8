"""What a suite covers of a policy, as people and programs read it."""
