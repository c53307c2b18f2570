"""Whether the templates of a rule's steps are allowed, and speak only of steps that came before."""

from rules.errors import Fault, TemplateError
from rules.step_names import fault_of_reference
from rules.steps import Steps
from rules.texts.templates import compile_template, keys_with_templates, templates_in

ERROR = "error"


def template_faults(steps: Steps, *, whole: bool) -> list[Fault]:
    """One fault for each template that cannot be, or that could only ever print a gap.

    Unless `steps` are the whole of them, whatever a template calls a step may be one that could not be read.
    """
    faults = []
    earlier: list[str] = []
    every = [step.name for _, step in steps]
    for written, step in steps:
        for path, text in templates_in(step.params):
            fault = _fault(text, written.part, earlier, every, whole=whole)
            if fault:
                faults.append(fault.under(*written.path, *path))
        faults += [_of_a_key(*written.path, *path) for path in keys_with_templates(step.params)]
        earlier.append(step.name)
    return faults


def _of_a_key(*path: str | int) -> Fault:
    return Fault(path, "a template cannot stand for a name, only for what it is given: write the name out", at_key=True)


def _fault(text: str, part: str, earlier: list[str], every: list[str], *, whole: bool) -> Fault | None:
    try:
        template = compile_template(text)
    except TemplateError as error:
        return Fault((), f"the template: {error}")
    if fault := fault_of_reference(template.steps, earlier, every, whole=whole):
        return fault
    if ERROR in template.names() and part == "do":
        return Fault((), "there is an error to tell of only in on_failure")
    return None
