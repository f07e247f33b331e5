"""Every error there is: what it means and what to do about it."""

from msgspec import Struct

from waypost.api.control.answers import answer, unknown
from waypost.api.routing import Request, Response
from waypost.errors import Problem, all_problems, find_problem
from waypost.rules.magic import magic_errors
from waypost.wire.control_evidence import ErrorList, ErrorView, error_view


class Errors(Struct, frozen=True):
    """The handlers; what they tell is the same in every server."""

    async def list(self, request: Request) -> Response:
        """List every error, by topic."""
        _ = request
        return answer(ErrorList([_shown(problem) for problem in all_problems().values()]))

    async def get(self, request: Request) -> Response:
        """Return an error, by its name or by a code of either dialect."""
        name = request.params["error"]
        problem = find_problem(name)
        if problem is None:
            raise unknown("error", name)
        return answer(_shown(problem))


def _shown(problem: Problem) -> ErrorView:
    """Return it with the number that stands for it: of several errors with one code only the first has one."""
    numbers = [number for number, stands_for in magic_errors().items() if stands_for.name == problem.name]
    return error_view(problem, numbers[0] if numbers else None)
