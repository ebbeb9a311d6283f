"""What a face does: sliders, presets made of them, and reading them back."""
