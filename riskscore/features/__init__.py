"""Facts of a consignment as numbers: declared in the catalogue (`features/*.toml`), computed here, a function each."""
