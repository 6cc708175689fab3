"""What is done with scenarios, each whole or not at all."""
