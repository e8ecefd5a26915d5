"""The engine: what the command line and Python do with manifests; one module for each thing that it does.

It calls the rooms below in their order and keeps nothing between calls. No file formats, tables or pages in here.
"""
