"""What can be wrong with a request to the indicators service."""

from chassis.errors import Conflict, FieldError, Invalid, NotFound


class IndicatorUnknown(NotFound):
    type_, title = "indicator-unknown", "There is no such indicator"

    def __init__(self, code: str) -> None:
        super().__init__(f"No indicator has the code {code[:80]!r}.", [FieldError("indicator", "is not known")])


class NotDefinedYet(NotFound):
    """Of an indicator, a scorecard, a group of areas, an objective and what is like it."""

    type_, title = "indicator-not-defined-yet", "It was not defined yet"

    def __init__(self, code: str, moment: str) -> None:
        super().__init__(
            f"{code!r} was not defined yet at {moment}.", [FieldError("as_of", "is before its definition")]
        )


class ScorecardUnknown(NotFound):
    type_, title = "scorecard-unknown", "There is no such scorecard"

    def __init__(self, code: str) -> None:
        super().__init__(f"No scorecard has the code {code[:80]!r}.")


class IndicatorExists(Conflict):
    type_, title = "indicator-exists", "This code is taken"

    def __init__(self, code: str) -> None:
        super().__init__(f"The indicator {code!r} exists; change it with PATCH.", [FieldError("code", "is taken")])


class AreaDiffers(Conflict):
    type_, title = "area-differs", "This area exists with other content"

    def __init__(self, code: str) -> None:
        super().__init__(f"The area {code!r} exists with other content.", [FieldError("code", "is taken")])


class AreaUnknown(NotFound):
    type_, title = "area-unknown", "There is no such area"

    def __init__(self, code: str) -> None:
        super().__init__(f"No area has the code {code[:80]!r}.", [FieldError("area", "is not known")])


class AreaGroupUnknown(NotFound):
    type_, title = "area-group-unknown", "There is no such group of areas"

    def __init__(self, code: str) -> None:
        super().__init__(f"No group of areas has the code {code[:80]!r}.")


class AreaInvalid(Invalid):
    type_, title = "area-invalid", "This area cannot be so"


class FrameworkDiffers(Conflict):
    type_, title = "framework-differs", "This framework exists with other content"

    def __init__(self, code: str) -> None:
        super().__init__(f"The framework {code!r} exists with other content.", [FieldError("code", "is taken")])


class FrameworkEnded(Conflict):
    type_, title = "framework-ended", "A framework that has ended takes no more indicators"


class FinalValue(Conflict):
    type_, title = "final-value", "A final observation changes only with a reason"

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The observation of {where} was final and would change.", [FieldError("reason", "say why it changes")]
        )


class IndicatorRetired(Conflict):
    type_, title = "indicator-retired", "A retired indicator takes no new observations"

    def __init__(self, code: str) -> None:
        super().__init__(f"The indicator {code!r} is retired.", [FieldError("indicator", "is retired")])


class DerivedIndicator(Conflict):
    type_, title = "derived-indicator", "The observations of this indicator are derived"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"The indicator {code!r} is an inequality gap: its observations follow from those of its source.",
            [FieldError("indicator", "is read-only")],
        )


class SignalsOff(Conflict):
    type_, title = "process-control-signals-off", "Events carry no process control here"

    def __init__(self) -> None:
        super().__init__(
            "Whoever runs the suite has switched that off (INDICATORS_PROCESS_CONTROL_SIGNALS).",
            [FieldError("carried", "cannot be asked for here")],
        )


class NothingToWithdraw(Conflict):
    type_, title = "nothing-to-withdraw", "There is no observation to withdraw"

    def __init__(self, where: str) -> None:
        super().__init__(f"There is no observation of {where}.", [FieldError("status", "nothing to withdraw")])


class DefinitionFixed(Conflict):
    type_, title = "definition-fixed", "This part of the definition is fixed by observations"

    def __init__(self, fields: list[str]) -> None:
        super().__init__(
            "Unit, frequency and gap, and the dimensions in use, are fixed once something was recorded.",
            [FieldError(field, "cannot change any more") for field in fields],
        )


class ObservationInvalid(Invalid):
    type_, title = "observation-invalid", "This observation cannot be recorded"


class NothingFound(NotFound):
    """Of an export: an empty file would not say why it is empty."""

    type_, title = "nothing-found", "There is nothing to export"

    def __init__(self, reasons: list[FieldError]) -> None:
        why = "No observation is as asked for." if reasons else "Nothing was recorded yet, or no two filters agree."
        super().__init__(why, reasons)


class CommentaryInvalid(Invalid):
    type_, title = "commentary-invalid", "This commentary cannot be recorded"


class CommentaryUnknown(NotFound):
    type_, title = "commentary-unknown", "There is no such commentary"

    def __init__(self, code: str, number: int) -> None:
        super().__init__(f"{code!r} has no commentary {number}.")


class ProjectionInvalid(Invalid):
    type_, title = "projection-invalid", "This projection cannot be recorded"


class RemarkInvalid(Invalid):
    """Of an annotation, or of a recalculation."""

    type_, title = "remark-invalid", "This cannot be put on the chart"


class GapInvalid(Invalid):
    type_, title = "gap-invalid", "This inequality gap cannot be derived"


class TargetInvalid(Invalid):
    type_, title = "target-invalid", "This target cannot be set"


class QualityRulesInvalid(Invalid):
    type_, title = "quality-rules-invalid", "These rules cannot be declared"


class ReferenceInvalid(Invalid):
    type_, title = "reference-invalid", "Something is named that is not known"


class StandardInvalid(Invalid):
    type_, title = "standard-invalid", "This service standard cannot be kept"


class DeadlineUnknown(Invalid):
    """Of a qualitative standard, of a day on which no limit was in force, or beyond the table of bank holidays."""

    type_, title = "deadline-unknown", "There is no such deadline"


class StandardNotCounted(Conflict):
    type_, title = "standard-not-counted", "This service standard names no indicator for its counts"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"The service standard {code!r} names no indicator.", [FieldError("indicator", "name a percentage")]
        )


class StandardUnknown(NotFound):
    type_, title = "standard-unknown", "There is no such service standard"

    def __init__(self, code: str) -> None:
        super().__init__(f"No service standard has the code {code[:80]!r}.")


class ObjectiveUnknown(NotFound):
    """Of an outcome, or of an objective."""

    type_, title = "objective-unknown", "There is no such outcome or objective"

    def __init__(self, code: str) -> None:
        super().__init__(f"None has the code {code[:80]!r}.")


class FrameworkUnknown(NotFound):
    type_, title = "framework-unknown", "There is no such framework"

    def __init__(self, code: str) -> None:
        super().__init__(f"No framework has the code {code[:80]!r}.", [FieldError("framework", "is not known")])


class MappingUnknown(NotFound):
    type_, title = "mapping-unknown", "There is no such mapping"

    def __init__(self, name: str, shipped: list[str]) -> None:
        known = f"is not known; shipped are {', '.join(shipped)}"
        super().__init__(f"No mapping has the name {name[:60]!r}.", [FieldError("mapping", known)])


class MappingShipped(Conflict):
    type_, title = "mapping-shipped", "A mapping that ships with the product does not change"

    def __init__(self, name: str) -> None:
        super().__init__(f"Save your own under a name other than {name!r}.", [FieldError("name", "is taken")])


class MappingInvalid(Invalid):
    type_, title = "mapping-invalid", "This mapping cannot be used"


class ImportNotSaveable(Conflict):
    type_, title = "import-not-saveable", "The import cannot be saved"


class ImportUnknown(NotFound):
    type_, title = "import-unknown", "There is no such import"

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no import {number}; imports are forgotten some time after they have ended.")
