"""An invented estate to try everything on."""
