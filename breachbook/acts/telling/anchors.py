"""What is told of anchors: that a place outside does not take the checkpoints of the journal."""

from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.anchors import folder_id
from breachbook.exposure import exposure_of, in_words


def failing(scene: Scene, item: Tell) -> Said:
    """Tell the matter's people which place fails, how, and since when nothing outside holds the journal."""
    named = {folder_id(path): path for path in scene.workspace.config.anchors.folders}
    exposure = exposure_of(scene.matter)
    how = exposure.failing.get(item.about, "it did, and does again")
    return scene.note(
        f"{named.get(item.about, item.about)} does not take the checkpoints of the journal: {how}."
        f" It is tried again, up to an hour apart. The journal is {in_words(exposure)}.",
        title="Anchors fail",
    )
