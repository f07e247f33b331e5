"""The On-Premises API face, as Meta's client offered it and as 360dialog's host did."""
