"""The trained networks: encoder and decoder (vqvae), regressor, and imitator."""
