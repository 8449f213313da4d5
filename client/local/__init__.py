"""A local AWS of one's own: started when it is needed, and kept between commands."""
