"""Every query of the pledges service: domain state in, domain state out."""
