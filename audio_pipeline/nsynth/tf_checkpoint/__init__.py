"""Reads TensorFlow checkpoints (tensor bundles, the .index and .data files) without TensorFlow."""

from audio_pipeline.nsynth.tf_checkpoint.bundle import Checkpoint, find_prefix

__all__ = ["Checkpoint", "find_prefix"]
