"""roles.sql where the administrator is no superuser, as on a managed PostgreSQL. A cluster of its own."""

import pytest

from tests.unit.deploy.conftest import REPOSITORY, ROLE_SECRETS, SERVICES, Cluster

pytestmark = pytest.mark.postgres


def test_no_superuser_is_needed(cluster: Cluster) -> None:
    """The administrator owns the database and may create roles; afterwards it is a member of none of them."""
    cluster.sql("CREATE ROLE administrator LOGIN CREATEROLE PASSWORD 'postgres-password'")
    cluster.sql("CREATE DATABASE commissioning OWNER administrator")
    script = str(REPOSITORY / "deploy" / "postgres" / "roles.sql")
    for _again in range(2):
        done = cluster.psql("-f", script, user="administrator", database="commissioning", **ROLE_SECRETS)
        assert done.returncode == 0, done.stderr
    for service in SERVICES:
        cluster.sql("CREATE TABLE thing (id int)", user=f"commissioning_{service}", database="commissioning")
        look = f"TABLE {service}.thing"
        refused = cluster.psql("-c", look, user="administrator", database="commissioning")
        assert "permission denied" in refused.stderr
