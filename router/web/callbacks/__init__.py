"""回拨 Call-backs: who has not called back yet."""
