"""What an operator does over HTTP: recoveries, verifications and rebuilds as jobs in the gateway's database.

The gateway has no service's database. What these need of a service it asks for by steps, in the name of an operator.
"""
