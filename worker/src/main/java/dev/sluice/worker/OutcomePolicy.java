package dev.sluice.worker;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.Control;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.worker.Launcher.Finished;
import dev.sluice.worker.provider.Outcome;
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
          case Outcome.Accepted a -> true;
          case Outcome.Refused r -> true;
          case Outcome.OptedOut o -> true;
          case Outcome.BadRequest b -> true;
          case Outcome.TryAgain t -> true;
          case Outcome.PairLimited p -> true;
          case Outcome.InDoubt d -> true;
          case Outcome.Unavailable u -> !streaks.providerIsDown(job.request().sender().id());
          case Outcome.Throttled t -> false;
          case Outcome.SenderBlocked b -> false;
          case Outcome.CampaignStopped s -> false;
          case Outcome.NotLaunched n -> false;
        };
    if (aboutThisMessage) {
      job.countAttempt();
    }
  }

  /** What happens next. Asking again changes nothing. */
  Decision decide(Finished finished) {
    Job job = finished.job();
    return switch (finished.outcome()) {
      case Outcome.Accepted(String id, String note) ->
          publish(finished, RecipientStatus.SENT, id.isEmpty() ? null : id, null, note);
      case Outcome.Refused(String code, String detail) -> failed(finished, code, detail);
      case Outcome.OptedOut(String code, String detail) ->
          new Decision.Publish(
              job.result(RecipientStatus.FAILED, null, code, detail, finished.at(), true));
      case Outcome.BadRequest(String code, String detail) ->
          streaks.campaignIsAtFault(job.request().campaignId())
              ? stopCampaign(
                  finished, code, Streaks.LONG + " in a row were refused with " + code, detail)
              : failed(finished, code, detail);
      case Outcome.TryAgain(String code, String detail, Duration after) ->
          again(finished, code, detail, after);
      case Outcome.Unavailable(String code, String detail, Duration after) ->
          streaks.providerIsDown(job.request().sender().id())
              ? blockSender(finished, code, "the provider seems to be down: " + detail, true)
              : again(finished, code, detail, after);
      case Outcome.PairLimited(String code, String detail) ->
          // Meta: wait 4^X s after a failure, X from 0.
          again(
              finished,
              code,
              detail,
              Duration.ofSeconds(1L << (2 * Math.clamp(job.attempts() - 1, 0, 5))));
      case Outcome.Throttled(String code, String detail, Duration after) ->
          later(finished, retries.wait(1, after), code, detail);
      case Outcome.SenderBlocked(String code, String detail) ->
          blockSender(finished, code, detail, false);
      case Outcome.CampaignStopped(String code, String detail) ->
          stopCampaign(finished, code, "the provider refuses the campaign with " + code, detail);
      case Outcome.NotLaunched(String detail) ->
          later(finished, Duration.ZERO, "not_launched", detail);
      case Outcome.InDoubt(String detail) ->
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
