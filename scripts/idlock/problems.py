"""The two ways in which input can be wrong."""


class BadInput(Exception):
    """Something about one photo or person that keeps a stage from working on it.

    It becomes a row of the failures ledger, and the run goes on.

    Attributes:
        reason: what is wrong, in a sentence a user understands.
        advice: what to do about it.
    """

    def __init__(self, reason: str, advice: str):
        super().__init__(f"{reason}; {advice}")
        self.reason = reason
        self.advice = advice


class InvalidInput(Exception):
    """What is wrong with a run's config and sheets: it stops before any job starts.

    Attributes:
        problems: every problem found, a message each.
    """

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems
