"""Builds the C mixer kernel (device/engine/kernel) as the cffi module device.engine._mixer."""

from setuptools import setup

setup(cffi_modules=["device/engine/kernel/build.py:ffibuilder"])
