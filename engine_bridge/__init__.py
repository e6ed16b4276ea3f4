"""The wire between FaceBridge and a game engine, and the engines behind it; never imports torch."""
