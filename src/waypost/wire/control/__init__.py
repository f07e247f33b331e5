"""The control API: the forms of its requests and answers, a file for each topic.

The OpenAPI document is made from them. Moments are aware and written as `2027-01-31T12:00:00Z`. An unknown member of a
request is an error: a misspelt wish must not look fulfilled.
"""
