"""Consent, licences, provenance: what makes a picture's story checkable."""
