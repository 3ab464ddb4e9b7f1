package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.Control;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.worker.Launcher.Finished;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns what came of an attempt into what happens next. */
final class OutcomePolicy {
  private final RetryPolicy retries;
  private final Streaks streaks = new Streaks();

  OutcomePolicy(RetryPolicy retries) {
    this.retries = retries;
  }

  /** Takes an outcome in, once, before it is decided upon. */
  void observe(Finished finished) {
    Job job = finished.job();
    streaks.observe(job.request(), finished.outcome());
    boolean aboutThisMessage =
        switch (finished.outcome()) {
          case SendOutcome.Accepted a -> true;
          case SendOutcome.Refused r -> true;
          case SendOutcome.OptedOut o -> true;
          case SendOutcome.BadRequest b -> true;
          case SendOutcome.TryAgain t -> true;
          case SendOutcome.PairLimited p -> true;
          case SendOutcome.InDoubt d -> true;
          case SendOutcome.Unavailable u -> !streaks.providerIsDown(job.request().sender().id());
          case SendOutcome.Throttled t -> false;
          case SendOutcome.SenderBlocked b -> false;
          case SendOutcome.CampaignStopped s -> false;
          case SendOutcome.NotLaunched n -> false;
        };
    if (aboutThisMessage) {
      job.countAttempt();
    }
  }

  /** What happens next. Asking again changes nothing. */
  Decision decide(Finished finished) {
    Job job = finished.job();
    return switch (finished.outcome()) {
      case SendOutcome.Accepted(String id, String note) ->
          publish(finished, RecipientStatus.SENT, id.isEmpty() ? null : id, null, note);
      case SendOutcome.Refused(String code, String detail) -> failed(finished, code, detail);
      case SendOutcome.OptedOut(String code, String detail) ->
          new Decision.Publish(
              job.result(RecipientStatus.FAILED, null, code, detail, finished.at(), true));
      case SendOutcome.BadRequest(String code, String detail) ->
          streaks.campaignIsAtFault(job.request().campaignId())
              ? stopCampaign(
                  finished, code, Streaks.LONG + " in a row were refused with " + code, detail)
              : failed(finished, code, detail);
      case SendOutcome.TryAgain(String code, String detail, Duration after) ->
          again(finished, code, detail, after);
      case SendOutcome.Unavailable(String code, String detail, Duration after) ->
          streaks.providerIsDown(job.request().sender().id())
              ? blockSender(finished, code, "the provider seems to be down: " + detail, true)
              : again(finished, code, detail, after);
      case SendOutcome.PairLimited(String code, String detail) ->
          // Meta: wait 4^X s after a failure, X from 0.
          again(
              finished,
              code,
              detail,
              Duration.ofSeconds(1L << (2 * Math.clamp(job.attempts() - 1, 0, 5))));
      case SendOutcome.Throttled(String code, String detail, Duration after) ->
          later(finished, retries.wait(1, after), code, detail);
      case SendOutcome.SenderBlocked(String code, String detail) ->
          blockSender(finished, code, detail, false);
      case SendOutcome.CampaignStopped(String code, String detail) ->
          stopCampaign(finished, code, "the provider refuses the campaign with " + code, detail);
      case SendOutcome.NotLaunched(String detail) ->
          later(finished, Duration.ZERO, "not_launched", detail);
      case SendOutcome.InDoubt(String detail) ->
          job.request().onDoubt() == OnDoubt.RESEND
                  && !job.partition().lost()
                  && !retries.exhausted(job, finished.at())
              ? new Decision.Wait(retries.wait(1, null))
              : publish(finished, RecipientStatus.UNCONFIRMED, null, "in_doubt", detail);
    };
  }

  private Decision again(Finished finished, String code, String detail, @Nullable Duration after) {
    Job job = finished.job();
    return retries.exhausted(job, finished.at())
        ? failed(finished, code, detail)
        : later(finished, retries.wait(job.attempts(), after), code, detail);
  }

  private Decision later(Finished finished, Duration delay, String code, String detail) {
    Job job = finished.job();
    if (job.partition().lost()) {
      return notSent(finished, code, detail);
    }
    return delay.compareTo(retries.inMemory()) <= 0
        ? new Decision.Wait(delay)
        : new Decision.Requeue(job.again(finished.at().plus(delay)));
  }

  private static Decision blockSender(
      Finished finished, String code, String detail, boolean probing) {
    return finished.job().partition().lost()
        ? notSent(finished, code, detail)
        : new Decision.BlockSender(
            probing
                ? Control.blockedUntilBack(
                    finished.job().request().sender().provider(), reason(code, detail))
                : new Control(Control.State.BLOCKED, reason(code, detail)));
  }

  private static Decision stopCampaign(
      Finished finished, String code, String reason, String detail) {
    return finished.job().partition().lost()
        ? notSent(finished, code, detail)
        : new Decision.StopCampaign(
            new CampaignCommand(
                CampaignCommand.Action.PAUSE,
                finished.job().request().campaignId(),
                "worker",
                finished.at(),
                reason(reason, detail),
                null));
  }

  private static String reason(String what, String detail) {
    return Clipped.to(1_000, what + ": " + detail);
  }

  /**
   * The partition's new owner has called it in doubt. It is not: it certainly was not sent. Unless
   * its campaign has the new owner send what is in doubt: then nothing here may override that.
   */
  private static Decision notSent(Finished finished, String code, String detail) {
    RecipientStatus status =
        finished.job().request().onDoubt() == OnDoubt.RESEND
            ? RecipientStatus.UNCONFIRMED
            : RecipientStatus.FAILED;
    return publish(finished, status, null, code, "not sent: " + detail);
  }

  private static Decision failed(Finished finished, String code, String detail) {
    return publish(finished, RecipientStatus.FAILED, null, code, detail);
  }

  private static Decision publish(
      Finished finished,
      RecipientStatus status,
      @Nullable String messageId,
      @Nullable String code,
      @Nullable String detail) {
    SendResult result =
        finished.job().result(status, messageId, code, detail, finished.at(), false);
    return new Decision.Publish(result);
  }
}
