package dev.sluice.worker;

import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import java.time.Duration;

/** Tells each request whether people, and its provider, let it go on. */
final class AdmissionControl {
  /** An outage that is over sooner than this costs no traffic. */
  static final Duration GRACE = Duration.ofSeconds(5);

  /**
   * Requests of a lane that may stand. Each keeps an offset open, and a window tells some 600 apart
   * for all the lanes of its partition.
   */
  static final int STANDING = 200;

  private final ControlsView controls;
  private final MissingProviders missing;

  /** Two that are equal stand for the same signals. */
  record Version(boolean complete, long controls, long outlasted) {}

  AdmissionControl(ControlsView controls, MissingProviders missing) {
    this.controls = controls;
    this.missing = missing;
  }

  /** What applies to it now. */
  Admission of(SendTask task) {
    if (!controls.complete()) {
      return Admission.HOLD;
    }
    SendRequest request = task.request();
    String sender = request.sender().id();
    return switch (controls.state(request.campaignId(), sender)) {
      case RUNNING -> missing.holds(task) ? Admission.HOLD : Admission.ADMIT;
      case PAUSED -> Admission.RETURN;
      case BLOCKED ->
          controls.campaign(request.campaignId()).state() == Control.State.RUNNING
                  && mayPassSoon(sender)
                  && task.partition().lane(task).size() < STANDING
              ? Admission.HOLD
              : Admission.RETURN;
      case CANCELLED -> Admission.DROP;
    };
  }

  private boolean mayPassSoon(String sender) {
    return controls.sender(sender).endsByItself() && !outlasted(sender);
  }

  private boolean outlasted(String sender) {
    return controls.age(Control.senderKey(sender)).compareTo(GRACE) >= 0;
  }

  /** Differs from the last one if requests must be looked at again wherever they are. */
  Version version() {
    return new Version(
        controls.complete(),
        controls.version(),
        controls.probing().keySet().stream().filter(this::outlasted).count());
  }
}
