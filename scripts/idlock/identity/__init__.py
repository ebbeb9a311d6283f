"""Who somebody is: recognisers, references made of photos, and calibrated lines."""

from idlock.identity.recognisers import Recogniser, recogniser

__all__ = ["Recogniser", "recogniser"]
