"""Any museum or library that speaks IIIF: its manifests and its collections."""
