"""The verb show: works as somebody who came to look finds them."""
