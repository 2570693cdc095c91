"""One work from close by: what it cost, how it was judged, what a download of it contains."""
