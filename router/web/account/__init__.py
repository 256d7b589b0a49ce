"""我的账号: where I am signed in, my second step, my password."""
