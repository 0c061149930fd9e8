from dataclasses import replace

from tests.exposed import EMAIL, contact, event

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.pixel_setup import PixelSetting, PixelSettings
from pixelwitness.core.exposure.site_sequence import (
    MOST_UNPACKED,
    PackedSites,
    SiteGatherer,
    choose_sites,
    sort_sites,
)


def test_many_sites_are_the_same_packed_as_unpacked() -> None:
    builder = ExposureBuilder((), ("email",))
    builder.add_event(event("Purchase", EMAIL))
    builder.add_contact(contact())
    (site,) = builder.build(Coverage()).sites
    hostile = PixelSettings("1", (PixelSetting("half a character", {"on": "\ud83d", "number": 1 << 80}),))
    names = [f"shop-{number:03}.example" for number in range(MOST_UNPACKED + 50)]
    sites = [replace(site, site=name, settings=(hostile,) if name.endswith("7.example") else ()) for name in names]
    gatherer = SiteGatherer()
    for one in reversed(sites):
        gatherer.add(one)

    gathered = gatherer.sites(lambda one: one.name)
    assert isinstance(gathered, PackedSites)
    assert list(gathered) == sites
    assert (len(gathered), gathered[3], list(gathered[-2:])) == (len(sites), sites[3], sites[-2:])
    with_settings = choose_sites(gathered, lambda one: one.settings)
    assert [one.name for one in sort_sites(with_settings, lambda one: one.name[::-1])] == sorted(
        (one.name for one in sites if one.settings), key=lambda name: name[::-1]
    )
