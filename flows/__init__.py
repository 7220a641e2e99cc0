"""jianghua (讲话): dumps of scraped Chinese speech pages in, a searchable archive out.

The sub-packages are the stages, in the order the data takes:
read, extract, restore, clean, stitch, tag, dedupe, index.
"""

__version__ = "0.1.0"
