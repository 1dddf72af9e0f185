"""Tests of the package `hanse`; README.md says how to run them."""
