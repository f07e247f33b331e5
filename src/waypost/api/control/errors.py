"""Every error there is: what it means and what to do about it."""

from msgspec import Struct

from waypost.api.control.answers import answer, unknown
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import all_problems, find_problem
from waypost.rules.magic import magic_errors
from waypost.wire.control.evidence import ErrorList, ErrorView, error_view


class Errors(Struct, frozen=True):
    """The handlers; what they tell is the same in every server."""

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", f"{V1}/errors", self.list, "errors", None, ErrorList, REFUSED),
            Route("GET", f"{V1}/errors/{{error}}", self.get, "error", None, ErrorView, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List every error, by topic."""
        _ = request
        numbers = _magic_numbers()
        return answer(ErrorList([error_view(each, numbers.get(each.name)) for each in all_problems().values()]))

    async def get(self, request: Request) -> Response:
        """Return an error, by its name or by a code of either dialect."""
        name = request.params["error"]
        problem = find_problem(name)
        if problem is None:
            raise unknown("error", name)
        return answer(error_view(problem, _magic_numbers().get(problem.name)))


def _magic_numbers() -> dict[str, str]:
    """Return the numbers that stand for errors, by name: of several errors with one code only the first has one."""
    return {problem.name: number for number, problem in magic_errors().items()}
