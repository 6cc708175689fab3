"""Templates and conditions as validated data, and what a user's request makes of them."""
