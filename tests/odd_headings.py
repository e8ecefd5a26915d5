"""Headings that nobody could guess, and the column map of the sender who writes them."""

MAP = """[columns]
"Bill" = "bill_of_lading"
"Thing" = "container_number"
"When" = "filed_at"
"Whence" = "port_of_loading"
"Whither" = "port_of_discharge"
"Stuff" = "goods_description"
"""
