"""What a developer's machine needs: the runner, the embedded stores, nothing that production imports."""
