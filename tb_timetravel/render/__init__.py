"""Pictures and videos of a film, without a browser: for papers, reports and machines that nobody sits at."""

from tb_timetravel.render.film import render_film, render_step, render_video
from tb_timetravel.render.video import write_video

__all__ = ["render_film", "render_step", "render_video", "write_video"]
