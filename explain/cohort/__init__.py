"""What a cohort comes to, as people and programs read it."""
