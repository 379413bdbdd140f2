"""What the OLED and the web page show: pure drawings of a frozen View, one file per screen."""
