"""Say what the pipeline would make of a source, with the code that Glue runs."""

from pathlib import Path

from client.errors import CommandError
from client.packing import pack_source
from glue.check import explain_upload, render_explanation


def explain_source(source: Path, settings: Path | None) -> tuple[bool, str]:
    """Explain a zip, folder or CSV on this machine; nothing is uploaded.

    Parameters
    ----------
    settings
        A file that stands for the settings in the bucket.

    Returns
    -------
    Whether the upload would be accepted, and the explanation.
    """
    text = None if settings is None else _read_settings(settings)
    with pack_source(source) as package:
        report = explain_upload(
            package.path, bucket_settings=text, source=str(settings or "")
        )
    return report["outcome"] == "accepted", render_explanation(report)


def _read_settings(settings: Path) -> str:
    try:
        return settings.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise CommandError(
            f"the settings {str(settings)!r} cannot be read ({error.strerror}); "
            "give a file that can"
        ) from error
