"""Randomness, ids, blocks and turns: arrays and steps, no medicine."""
