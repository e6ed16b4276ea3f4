"""Judging what the system makes, by nets and figures that training never saw: SFace and the likeness figures."""
