"""From notebooks to the website: the Sphinx extensions, the build, the checks they share."""
