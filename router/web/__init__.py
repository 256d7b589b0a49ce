"""The pages: Flask, one blueprint per thing people do."""
