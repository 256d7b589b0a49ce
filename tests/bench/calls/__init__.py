"""How fast a call comes to a phone and is answered: the router against plain `Dial` and `app_queue`."""
