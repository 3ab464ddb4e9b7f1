package dev.sluice.producer;

import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.Control;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which campaigns have requests to write that workers would send, as far as is known here. */
final class FeedableCampaigns {
  private final FanOutTick.Surroundings around;
  private final FanOutStore fanOuts;

  FeedableCampaigns(FanOutTick.Surroundings around, FanOutStore fanOuts) {
    this.around = around;
    this.fanOuts = fanOuts;
  }

  List<Feedable> all() {
    return fanOuts.open().entrySet().stream()
        .flatMap(entry -> Stream.ofNullable(feedable(entry.getKey(), entry.getValue())))
        .toList();
  }

  /** Returns null if no requests are left to write, or if workers would return them unsent. */
  private @Nullable Feedable feedable(UUID id, FanOutState fanOut) {
    FanOutState.Progress progress =
        switch (fanOut.phase()) {
          case FanOutState.Feeding feeding ->
              rests(id, fanOut, feeding.progress()) || waits(id, feeding.progress())
                  ? null
                  : feeding.progress();
          case FanOutState.Fed fed -> anyReady(id) ? fed.progress() : null;
          case FanOutState.Requested _, FanOutState.Resending _, FanOutState.Unreadable _ -> null;
        };
    return progress != null && runs(id, fanOut, progress)
        ? new Feedable(id, fanOut, progress)
        : null;
  }

  private boolean runs(UUID id, FanOutState fanOut, FanOutState.Progress progress) {
    return fanOut.effective() == Control.State.RUNNING
        && control(Control.campaignKey(id)).state() == Control.State.RUNNING
        && senderRuns(progress.senderId());
  }

  private boolean senderRuns(String senderId) {
    Control control = control(Control.senderKey(senderId));
    if (control.state() == Control.State.BLOCKED && !control.endsByItself()) {
      around.watch().blocked(senderId, String.valueOf(control.reason()));
    }
    return control.state() == Control.State.RUNNING;
  }

  private Control control(String key) {
    return around.controls().apply(key);
  }

  /** New requests of a campaign most of whose requests are postponed would come back as well. */
  private boolean rests(UUID id, FanOutState fanOut, FanOutState.Progress progress) {
    if (anyReady(id) || !fanOuts.returns().areMost(id, progress.fed())) {
      return false;
    }
    if (runs(id, fanOut, progress)) {
      around.watch().postponed(id, fanOuts.returns().soonest(id));
    }
    return true;
  }

  /** Returns whether it is not yet the local time of the recipients that come next. */
  private boolean waits(UUID id, FanOutState.Progress progress) {
    return !progress.isDue(around.clock().instant()) && !anyReady(id);
  }

  private boolean anyReady(UUID id) {
    return fanOuts.returns().anyReady(id, around.clock().instant());
  }
}
