"""The whole website: both editions built side by side, the front page, serving and publishing."""
