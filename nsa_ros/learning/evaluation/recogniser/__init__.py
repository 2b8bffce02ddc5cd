"""Back-translation: a recogniser that reads motion as sign units and letters, and puts them back into English."""
