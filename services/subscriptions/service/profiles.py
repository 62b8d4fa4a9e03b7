"""In which shape events are given out."""

from collections.abc import Callable

from chassis.errors import FieldError
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.mns import Profile, Publisher
from services.subscriptions.domain.subscriptions import PROFILE_NOT_OFFERED
from services.subscriptions.errors import ProfileNotOffered
from services.subscriptions.settings import MnsSettings


def publisher() -> Publisher:
    """Who publishes in the profile of the Multicast Notification Service.

    Raises:
        ProfileNotOffered: an operator does not say.
    """
    settings = MnsSettings()
    if settings.source is None or settings.url is None:
        raise ProfileNotOffered("Events are not given so.", [FieldError("profile", PROFILE_NOT_OFFERED)])
    return Publisher(settings.source, settings.url)


def bodies_in(profile: Profile) -> Callable[[FeedEvent], bytes]:
    """What the feed and the stream make of an event: its very bytes, or what a publisher gives that service.

    Raises:
        ProfileNotOffered: as of :func:`publisher`.
    """
    return publisher().published if profile is Profile.MNS else lambda event: event.body
