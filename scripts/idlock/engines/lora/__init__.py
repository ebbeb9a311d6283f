"""The identity LoRA: a person learnt by a text-to-image model from a few photos."""
