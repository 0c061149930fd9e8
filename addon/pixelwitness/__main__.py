"""``python -m pixelwitness``."""

from pixelwitness.cli import main

if __name__ == "__main__":
    main()
