package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.Control;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StatusReasons;
import dev.sluice.worker.Dispatcher.Finished;
import dev.sluice.worker.pacing.AdaptiveThrottle;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Maps the outcome of an attempt to a {@link Disposition}. */
final class OutcomePolicy {
  private static final String NOT_PREPARED = "provider_failed";

  private final RetryPolicy retries;
  private final RandomGenerator random;
  private final FailureStreaks failures;

  OutcomePolicy(RetryPolicy retries, ControlsView controls, Machine machine) {
    this.failures = new FailureStreaks(controls, machine.ticker());
    this.retries = retries;
    this.random = machine.random();
  }

  /** Learns from an outcome and counts its attempt; call it once, before {@link #decide}. */
  void observe(Finished finished) {
    if (learn(finished)) {
      finished.task().countAttempt();
    }
  }

  /**
   * Learns from an outcome.
   *
   * @return whether it uses up an attempt
   */
  boolean learn(Finished finished) {
    return switch (finished.ending()) {
      case Ending.Answered(SendOutcome outcome) -> learn(finished.task(), outcome);
      case Ending.NotLaunched n -> false;
    };
  }

  private boolean learn(SendTask task, SendOutcome outcome) {
    // Count a message that cannot be prepared only once, however often it is tried.
    if (!(outcome instanceof SendOutcome.NotPrepared) || task.attempts() == 0) {
      failures.observe(task, outcome);
    }
    return switch (outcome) {
      case SendOutcome.Accepted a -> true;
      case SendOutcome.Refused r -> true;
      case SendOutcome.OptedOut o -> true;
      case SendOutcome.BadRequest b -> true;
      case SendOutcome.TryAgain t -> true;
      case SendOutcome.PairLimited p -> true;
      case SendOutcome.InDoubt d -> true;
      case SendOutcome.NotPrepared p -> true;
      case SendOutcome.Unavailable u -> !failures.isUnavailable(task.request().sender().id());
      case SendOutcome.Throttled t -> false;
      case SendOutcome.SenderBlocked b -> false;
      case SendOutcome.CampaignStopped s -> false;
      case SendOutcome.Disconnected d -> false;
    };
  }

  /** Decides what happens next; has no side effects. */
  Disposition decide(Finished finished) {
    return switch (finished.ending()) {
      case Ending.Answered(SendOutcome outcome) -> decide(finished, outcome);
      case Ending.NotLaunched(String detail) ->
          later(finished, Duration.ZERO, "not_launched", detail);
    };
  }

  private Disposition decide(Finished finished, SendOutcome outcome) {
    SendTask task = finished.task();
    return switch (outcome) {
      case SendOutcome.Accepted(String id, String note) ->
          publish(finished, RecipientStatus.SENT, id.isEmpty() ? null : id, null, note);
      case SendOutcome.Refused(String code, String detail) -> failed(finished, code, detail);
      case SendOutcome.OptedOut(String code, String detail) ->
          new Disposition.Publish(
              task.result(RecipientStatus.FAILED, null, code, detail, finished.at(), true));
      case SendOutcome.BadRequest(String code, String detail) ->
          failures.campaignIsAtFault(task.request().campaignId())
                  && !retries.exhausted(task, finished.at())
              ? stopCampaign(
                  finished, code, StatusReasons.refusedInARow(FailureStreaks.LONG, code), detail)
              : failed(finished, code, detail);
      case SendOutcome.NotPrepared(String detail) ->
          failures.campaignIsAtFault(task.request().campaignId())
                  && !retries.exhausted(task, finished.at())
              ? stopCampaign(
                  finished,
                  NOT_PREPARED,
                  StatusReasons.notPreparedInARow(FailureStreaks.LONG),
                  detail)
              : again(finished, NOT_PREPARED, detail, null);
      case SendOutcome.TryAgain(String code, String detail, Duration after) ->
          again(finished, code, detail, after);
      case SendOutcome.Unavailable u -> unavailable(finished, u);
      case SendOutcome.PairLimited(String code, String detail) ->
          // Meta: wait 4^X s after a failure, X from 0.
          again(
              finished,
              code,
              detail,
              Duration.ofSeconds(1L << (2 * Math.clamp(task.attempts() - 1, 0, 5))));
      case SendOutcome.Throttled(String code, String detail, Duration after) ->
          later(finished, shortened(retries.wait(1, after, random)), code, detail);
      case SendOutcome.SenderBlocked(String code, String detail) ->
          blockSender(finished, code, detail, false);
      case SendOutcome.CampaignStopped(String code, String detail) ->
          stopCampaign(finished, code, StatusReasons.refusedCampaign(code), detail);
      case SendOutcome.Disconnected(String detail) ->
          later(finished, Duration.ZERO, SendOutcome.Unavailable.NOT_CONNECTED, detail);
      case SendOutcome.InDoubt(String detail) ->
          task.request().onDoubt() == OnDoubt.RESEND
                  && !task.partition().lost()
                  && !retries.exhausted(task, finished.at())
              ? new Disposition.Wait(retries.wait(1, null, random))
              : publish(finished, RecipientStatus.UNCONFIRMED, null, "in_doubt", detail);
    };
  }

  private Disposition unavailable(Finished finished, SendOutcome.Unavailable outcome) {
    String sender = finished.task().request().sender().id();
    if (failures.providerIsDown(sender)) {
      String detail = StatusReasons.providerDown(outcome.detail());
      return blockSender(finished, outcome.code(), detail, true);
    }
    return failures.isUnavailable(sender)
        // It may be down, which is not the message's fault.
        ? later(
            finished, retries.wait(1, outcome.after(), random), outcome.code(), outcome.detail())
        : again(finished, outcome.code(), outcome.detail(), outcome.after());
  }

  /** Returns the wait, at most as long as the lane pauses. */
  private static Duration shortened(Duration wait) {
    return wait.compareTo(AdaptiveThrottle.LONGEST_PAUSE) < 0
        ? wait
        : AdaptiveThrottle.LONGEST_PAUSE;
  }

  private Disposition again(
      Finished finished, String code, String detail, @Nullable Duration after) {
    SendTask task = finished.task();
    return retries.exhausted(task, finished.at())
        ? failed(finished, code, detail)
        : later(finished, retries.wait(task.attempts(), after, random), code, detail);
  }

  private Disposition later(Finished finished, Duration delay, String code, String detail) {
    SendTask task = finished.task();
    if (task.partition().lost()) {
      return notSent(finished, code, detail);
    }
    return delay.compareTo(retries.inMemory()) <= 0
        ? new Disposition.Wait(delay)
        : new Disposition.Later(finished.at().plus(delay));
  }

  private static Disposition blockSender(
      Finished finished, String code, String detail, boolean probing) {
    return finished.task().partition().lost()
        ? notSent(finished, code, detail)
        : new Disposition.BlockSender(
            probing
                ? Control.blockedUntilBack(
                    finished.task().request().sender().provider(), reason(code, detail))
                : new Control(Control.State.BLOCKED, reason(code, detail)));
  }

  private static Disposition stopCampaign(
      Finished finished, String code, String reason, String detail) {
    return finished.task().partition().lost()
        ? notSent(finished, code, detail)
        : new Disposition.StopCampaign(
            new CampaignCommand(
                CampaignCommand.Action.PAUSE,
                finished.task().request().campaignId(),
                "worker",
                finished.at(),
                reason(reason, detail),
                null));
  }

  private static String reason(String what, String detail) {
    return Clipped.to(1_000, what + ": " + detail);
  }

  /**
   * Returns the result of a message that was certainly not sent, although the partition's new owner
   * has reported it in doubt. With {@code RESEND}, or if the new owner may have found it waiting,
   * that owner may send it, so nothing here may override its result.
   */
  private static Disposition notSent(Finished finished, String code, String detail) {
    SendTask task = finished.task();
    RecipientStatus status =
        task.contested() || task.request().onDoubt() == OnDoubt.RESEND
            ? RecipientStatus.UNCONFIRMED
            : RecipientStatus.FAILED;
    return publish(finished, status, null, code, "not sent: " + detail);
  }

  private static Disposition failed(Finished finished, String code, String detail) {
    return publish(finished, RecipientStatus.FAILED, null, code, detail);
  }

  private static Disposition publish(
      Finished finished,
      RecipientStatus status,
      @Nullable String messageId,
      @Nullable String code,
      @Nullable String detail) {
    SendResult result =
        finished.task().result(status, messageId, code, detail, finished.at(), false);
    return new Disposition.Publish(result);
  }
}
