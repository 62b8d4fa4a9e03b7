"""Loading the reference data, and importing published months, through the suite's own API."""

from suite.load.reference import load_reference as load_reference
from suite.load.report import LoadReport as LoadReport
