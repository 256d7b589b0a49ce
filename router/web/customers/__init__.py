"""客户 Customers: whose, and whose turn to lapse is near."""
