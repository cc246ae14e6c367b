"""Files as they come: recognised before they are read, surveyed, unpacked within bounds, written beside their name."""
