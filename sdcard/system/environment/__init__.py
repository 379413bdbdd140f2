"""The environment: a folder with all that runs on a card beyond its base and its Python."""

from sdcard.system.environment.build import Environment, build_environment
from sdcard.system.environment.ingredients import Ingredients
from sdcard.system.environment.platform import Platform, platform_of

__all__ = ["Environment", "Ingredients", "Platform", "build_environment", "platform_of"]
