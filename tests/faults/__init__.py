"""The promises of DESIGN section 3 under fire: killed anywhere, cut off from power, crowded."""
