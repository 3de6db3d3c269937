"""A film for others: a table of every sample at every step, and a page that plays in any browser without a server."""

from tb_timetravel.export.page import write_page
from tb_timetravel.export.source import Source, chosen_steps
from tb_timetravel.export.table import write_table

__all__ = ["Source", "chosen_steps", "write_page", "write_table"]
