"""The joints of a humanoid's arms for the signer's arms."""
