package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import java.util.Map;

/**
 * How many senders are blocked at most at the same time. Each is kept in memory by every service
 * and reviewed by every worker until it is unblocked, and other programs may write requests for
 * senders without number. The requests of further ones are tried again or returned as they are.
 */
final class BlockLimit {
  static final int MOST = 5_000;

  private static final String COMPONENT = "blocked senders";

  private final ControlsView view;
  private final Health health;

  BlockLimit(ControlsView view, Health health) {
    this.view = view;
    this.health = health;
  }

  /**
   * Returns whether a control may be written.
   *
   * @param written those that the same transaction writes, by key
   */
  boolean allows(String key, Control control, Map<String, Control> written) {
    if (control.state() != Control.State.BLOCKED
        || Control.senderOf(key).isEmpty()
        || view.find(key).state() == Control.State.BLOCKED) {
      return true;
    }
    boolean room = view.blockedSenders() + written.size() < MOST;
    if (!room) {
      health.notice(
          COMPONENT,
          "%,d senders are blocked, which is the maximum; look for a program that writes requests"
                  .formatted(MOST)
              + " for senders that do not exist, and unblock them with sluice sender unblock");
    }
    return room;
  }

  /** Ends the notice once there is room again. */
  void review() {
    if (view.blockedSenders() < MOST - MOST / 10) {
      health.noticeOver(COMPONENT);
    }
  }
}
