"""Many exposures of sites, held in little memory: each is unpacked when it is reached.

Owns how they are kept.  Must not know what is in them.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import overload

import msgspec

from pixelwitness.core.exposure.exposure import SiteExposure

MOST_UNPACKED = 200
"""Sites that are held as they are."""

type _Packed = bytes | SiteExposure


class PackedSites(Sequence[SiteExposure]):
    """The exposures of many sites, in their order; iterating holds one of them at a time."""

    def __init__(self, packed: Sequence[_Packed]) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, place: int) -> SiteExposure: ...
    @overload
    def __getitem__(self, place: slice) -> "PackedSites": ...
    def __getitem__(self, place: int | slice) -> "SiteExposure | PackedSites":
        if isinstance(place, slice):
            return PackedSites(self._packed[place])
        return _unpack(self._packed[place])

    def __iter__(self) -> Iterator[SiteExposure]:
        return map(_unpack, self._packed)

    def at(self, places: Sequence[int]) -> "PackedSites":
        """Return those at some places, in the order of these."""
        return PackedSites([self._packed[place] for place in places])


class SiteGatherer:
    """Takes the exposures of sites one by one; they are packed as soon as they are many."""

    def __init__(self) -> None:
        self._sites: list[SiteExposure] = []
        self._packed: list[_Packed] = []

    def add(self, site: SiteExposure) -> None:
        """Take one more."""
        if not self._packed and len(self._sites) < MOST_UNPACKED:
            self._sites.append(site)
            return
        self._packed += map(_pack, self._sites)
        self._sites.clear()
        self._packed.append(_pack(site))

    def sites(self, order: Callable[[SiteExposure], object]) -> Sequence[SiteExposure]:
        """Return all that were taken, sorted."""
        return sort_sites(PackedSites(self._packed) if self._packed else tuple(self._sites), order)


def choose_sites(sites: Sequence[SiteExposure], condition: Callable[[SiteExposure], object]) -> Sequence[SiteExposure]:
    """Return the sites for which a condition holds, in their order, held as they were."""
    if isinstance(sites, PackedSites):
        return sites.at([place for place, site in enumerate(sites) if condition(site)])
    return tuple(site for site in sites if condition(site))


def sort_sites(sites: Sequence[SiteExposure], order: Callable[[SiteExposure], object]) -> Sequence[SiteExposure]:
    """Return sites sorted by what a function returns of each, held as they were."""
    keys = [order(site) for site in sites]
    places = sorted(range(len(keys)), key=keys.__getitem__)  # type: ignore[arg-type]  # whoever sorts gives what sorts
    return sites.at(places) if isinstance(sites, PackedSites) else tuple(sites[place] for place in places)


_DECODER = msgspec.msgpack.Decoder(SiteExposure)


def _pack(site: SiteExposure) -> _Packed:
    try:
        return zlib.compress(msgspec.msgpack.encode(site), 1)
    except (UnicodeEncodeError, OverflowError):
        # A setting of a pixel can hold half a character or a number of any length.
        return site


def _unpack(packed: _Packed) -> SiteExposure:
    return _DECODER.decode(zlib.decompress(packed)) if isinstance(packed, bytes) else packed
