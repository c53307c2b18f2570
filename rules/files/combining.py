"""Keys of a rule that do not go together."""

from rules.errors import Fault
from rules.model import RuleModel


def combination_faults(model: RuleModel) -> list[Fault]:
    """One fault for each key that contradicts another, told at the later of the two."""
    if model.missing and model.quiet_for:
        message = "cannot stand beside missing: each puts the rule off, until a time of its own"
        return [Fault(("quiet_for",), message, at_key=True)]
    return []
