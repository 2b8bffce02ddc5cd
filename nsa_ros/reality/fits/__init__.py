"""Fits of captured letters and words (`nsa fit DATA --out FITS`) against the landmarks that they were made from."""
