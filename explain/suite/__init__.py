"""Suites: cases that state the outcome which is expected of them."""
