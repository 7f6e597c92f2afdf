"""Python client of Medcost."""

from medcost_client.asynchronous import AsyncMedcost
from medcost_client.problem import Problem
from medcost_client.synchronous import Medcost

__all__ = ["AsyncMedcost", "Medcost", "Problem"]
