"""设备 Devices: screens that show the board without anybody signed in."""
