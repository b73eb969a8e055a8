"""A made-up payments company: generated history with the shape of real SME payments, the same for the same options."""

from truepoint.events.sample.generator import Sample, generate
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions

__all__ = ["Sample", "SampleOptions", "generate", "load_sample"]
