"""pixelwitness: which site told Meta what, from recordings and live traffic."""

__version__ = "0.1.0"
