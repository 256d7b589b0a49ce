"""`hotline prompts`: what the hotline says, as files for an Asterisk that is not ours. May live here: writing them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from router.telephony.private.find import find_asterisk
from router.telephony.private.prompts import TEXTS, VOICES, Prompts


@click.command(name="prompts")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--language", type=click.Choice(sorted(VOICES)), default="zh", show_default=True, help="What the prompts speak."
)
def command(folder: Path, language: str) -> None:
    """Write the prompts into FOLDER: `hotline` below Asterisk's sounds, such as /usr/share/asterisk/sounds/hotline.

    They are spoken by espeak-ng where it is installed, else rows of tones; recordings of your own of the same names
    (8 kHz, 16 bit, mono WAV) are better, and are left alone.
    """
    speech = shutil.which("espeak-ng")
    asterisk = None if speech else find_asterisk()
    words = (speech,) if speech else asterisk.speech if asterisk else ()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        Prompts(words).make(Path(made))
        for name in TEXTS:
            if not list(folder.glob(f"{name}.*")):
                shutil.copyfile(Path(made) / language / f"{name}.wav", folder / f"{name}.wav")
    click.echo(f"{len(TEXTS)} prompts in {folder}")
