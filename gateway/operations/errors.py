"""Why an operation cannot be begun or found."""

from chassis.errors import Conflict, NotFound


class RecoveryUnknown(NotFound):
    type_, title = "recovery-unknown", "No such recovery"


class VerificationUnknown(NotFound):
    type_, title = "verification-unknown", "No such verification"


class RecoveryUnderWay(Conflict):
    type_, title = "recovery-under-way", "A recovery is under way"


class ConsumerUnknown(NotFound):
    type_, title = "consumer-unknown", "No such consumer"


class RebuildUnknown(NotFound):
    type_, title = "rebuild-unknown", "No such rebuild"


class RebuildUnderWay(Conflict):
    type_, title = "rebuild-under-way", "A rebuild is under way"


class ReplayImpossible(Conflict):
    type_, title = "log-shortened", "The log no longer begins at its beginning"
