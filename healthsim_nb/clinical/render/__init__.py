"""What the simulation decided becomes rows, once for all turns."""
