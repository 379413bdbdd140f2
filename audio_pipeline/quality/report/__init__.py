"""The report: one HTML page with pictures and sounds of a pack, for ears and eyes."""

from audio_pipeline.quality.report.writer import write_report

__all__ = ["write_report"]
