"""An edition kept on the reader's device, to be read and run without a network."""
