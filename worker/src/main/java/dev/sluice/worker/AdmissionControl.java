package dev.sluice.worker;

import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.ReturnedRequest.FullLane;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides whether a request may be sent, from the controls and this worker's providers. */
final class AdmissionControl {
  /** While a sender has been blocked for less than this, its requests stay queued here. */
  static final Duration GRACE = Duration.ofSeconds(5);

  /** How long the producer writes nothing to a lane whose requests would come back at once. */
  static final Duration MOMENT = Duration.ofSeconds(10);

  private final ControlsView controls;
  private final MissingProviders missing;

  /** While the version is unchanged, every request is admitted or held as before. */
  record Version(boolean complete, long controls, long outlasted) {}

  AdmissionControl(ControlsView controls, MissingProviders missing) {
    this.controls = controls;
    this.missing = missing;
  }

  /** Returns the decision that applies to a request now. */
  Admission of(SendTask task) {
    if (!controls.complete()) {
      return Admission.HOLD;
    }
    SendRequest request = task.request();
    String sender = request.sender().id();
    return switch (controls.state(request.campaignId(), sender)) {
      case RUNNING -> missing.of(task);
      case PAUSED -> Admission.RETURN;
      case BLOCKED ->
          controls.campaign(request.campaignId()).state() == Control.State.RUNNING
                  && mayResumeSoon(sender)
                  && task.partition().lane(task).size() < task.partition().mostHeld()
              ? Admission.HOLD
              : Admission.RETURN;
      case CANCELLED -> Admission.DROP;
    };
  }

  /**
   * Returns the request's lane, to which nothing is to be written for a moment; null if its control
   * already implies that.
   */
  @Nullable FullLane fullIfReturned(SendTask task) {
    SendRequest request = task.request();
    // Only its provider is missing, so the producer would write it again at once.
    return controls.state(request.campaignId(), request.sender().id()) == Control.State.RUNNING
        ? fullForAMoment(task)
        : null;
  }

  /** Returns the request's lane, to which nothing is to be written for a moment. */
  static FullLane fullForAMoment(SendTask task) {
    return new FullLane(task.request().lane(), (int) MOMENT.toSeconds());
  }

  private boolean mayResumeSoon(String sender) {
    return controls.sender(sender).endsByItself() && !outlasted(sender);
  }

  private boolean outlasted(String sender) {
    return controls.age(Control.senderKey(sender)).compareTo(GRACE) >= 0;
  }

  /** Returns a version that changes whenever decisions about queued requests may have changed. */
  Version version() {
    return new Version(
        controls.complete(),
        controls.version(),
        controls.probing().keySet().stream().filter(this::outlasted).count());
  }
}
