"""Whether the OMS is there and works: orders may only live while somebody watches them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PresenceSettings:
    """When the OMS counts as working, and when it counts as lost."""

    progress_ms: int = 2_000
    lost_ms: int = 5_000


class OmsPresence:
    """Fed with beats of the OMS. A beat without progress is a process whose work has stopped."""

    def __init__(self, settings: PresenceSettings, now_ns: int) -> None:
        """Not there until the first beat; the time until "lost" counts from `now_ns`."""
        self._settings = settings
        self._progress = -1
        self._progressed_ns = now_ns
        self._reported_lost = False
        self.epoch = 0

    def on_beat(self, epoch: int, progress: int, now_ns: int) -> None:
        """A beat or a welcome. Another epoch is a new process, and that is progress too."""
        if epoch != self.epoch or progress != self._progress:
            self.epoch, self._progress, self._progressed_ns = epoch, progress, now_ns
            self._reported_lost = False

    def is_working(self, now_ns: int) -> bool:
        """Whether it made progress just now: dead-man switches are fed."""
        return self.epoch > 0 and now_ns - self._progressed_ns <= self._settings.progress_ms * 1_000_000

    def is_lost(self, now_ns: int) -> bool:
        """Whether it has been silent for so long that its orders should go."""
        return now_ns - self._progressed_ns > self._settings.lost_ms * 1_000_000

    def newly_lost(self, now_ns: int) -> bool:
        """True once for each loss."""
        if self._reported_lost or not self.is_lost(now_ns):
            return False
        self._reported_lost = True
        return True
