package dev.sluice.worker;

import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.output.RecordBatch;
import java.util.HashMap;
import java.util.Map;

/** The senders and campaigns that a transaction stops or resumes, each at most once. */
final class ControlChanges {
  private final RecordBatch batch;
  private final ControlsView view;
  private final BlockLimit limit;
  private final Map<String, Control> changes = new HashMap<>();

  ControlChanges(RecordBatch batch, ControlsView view, BlockLimit limit) {
    this.batch = batch;
    this.view = view;
    this.limit = limit;
  }

  /**
   * Returns whether a state would be new: a send launched before the last change must not revert
   * it.
   */
  boolean isNews(String key, SendTask task, Control.State wanted) {
    return view.find(key).state() != wanted && view.appliedAt(key, task.launchedNanos());
  }

  /** Returns whether this control may be written: only so many senders may be blocked at a time. */
  boolean allows(String key, Control control) {
    return limit.allows(key, control, changes);
  }

  /** Writes a control, unless there is one already; returns false if none can be written now. */
  boolean write(String key, Control control) {
    if (changes.containsKey(key)) {
      return true;
    }
    boolean written = allows(key, control) && batch.control(key, control);
    if (written) {
      changes.put(key, control);
    }
    return written;
  }

  /** Pauses the campaign of a send; returns false if that cannot be written now. */
  boolean pause(CampaignCommand pause, SendTask task) {
    String key = Control.campaignKey(pause.campaignId());
    if (!isNews(key, task, Control.State.PAUSED) || changes.containsKey(key)) {
      return true;
    }
    boolean written = batch.command(pause);
    if (written) {
      changes.put(key, new Control(Control.State.PAUSED, pause.reason()));
    }
    return written;
  }

  /** Unblocks a sender whose provider is back; returns whether this writes something. */
  boolean unblock(String senderId) {
    return view.sender(senderId).endsByItself()
        && steer(senderId, new Control(Control.State.RUNNING, "the provider is back"));
  }

  /** Blocks a sender that is running; returns whether this writes something. */
  boolean block(String senderId, Control control) {
    return view.sender(senderId).state() == Control.State.RUNNING && steer(senderId, control);
  }

  /** Applies a breaker's decision to a sender; returns whether this writes something. */
  boolean steer(String senderId, Control control) {
    return write(Control.senderKey(senderId), control);
  }

  /** Returns whether these stop the campaign, or the sender until it is resumed. */
  boolean stop(SendRequest request) {
    if (changes.isEmpty()) {
      return false;
    }
    Control sender = changes.get(Control.senderKey(request.sender().id()));
    return changes.containsKey(Control.campaignKey(request.campaignId()))
        || (sender != null && sender.state() == Control.State.BLOCKED && !sender.endsByItself());
  }

  /** Puts them into effect here, after the commit, before they are read from their topic. */
  void apply(long begunNanos) {
    changes.forEach((key, control) -> view.expect(key, control, begunNanos));
  }
}
