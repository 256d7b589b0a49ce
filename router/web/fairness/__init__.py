"""报表 · 轮次公平: who was offered and got what, round by round."""
