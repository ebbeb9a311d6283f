"""The synthetic cast: people that nobody is, rendered by formulas, with the truth about them.

    from idlock import cast

    someone = cast.person(7)
    picture = cast.render(someone, "happy", 512)
    another = cast.render(someone, {"smile": 0.4}, 512, scene=cast.scene(3))

`Picture.image` is the picture; `landmarks`, `mask`, `expression`, `person` and
`scene` are what an engine or a judge can be measured against.
"""

from idlock.cast.people import Person
from idlock.cast.population import person
from idlock.cast.rendering import Picture, render
from idlock.cast.scenes import Scene, scene

__all__ = ["Person", "Picture", "Scene", "person", "render", "scene"]
