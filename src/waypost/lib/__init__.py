"""Small parts with no knowledge of messages: time, ids, signatures, sockets, files."""
