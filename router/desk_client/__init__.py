"""The engine as its neighbours know it: asked over `engine.sock`, by pages, jobs and commands."""
