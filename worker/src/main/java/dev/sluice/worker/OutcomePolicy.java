package dev.sluice.worker;

import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.worker.Launcher.Finished;
import dev.sluice.worker.provider.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns what came of an attempt into what happens next. Pure. */
final class OutcomePolicy {
  private final RetryPolicy retries;

  OutcomePolicy(RetryPolicy retries) {
    this.retries = retries;
  }

  Decision decide(Finished finished) {
    Job job = finished.job();
    return switch (finished.outcome()) {
      case Outcome.Accepted(String id) -> publish(finished, RecipientStatus.SENT, id, null, null);
      case Outcome.Refused(String code, String detail) ->
          publish(finished, RecipientStatus.FAILED, null, code, detail);
      case Outcome.TryAgain(String code, String detail, Duration after) ->
          retries.exhausted(job.attempts())
              ? publish(finished, RecipientStatus.FAILED, null, code, detail)
              : later(finished, retries.wait(job.attempts(), after), code, detail);
      case Outcome.Throttled(String code, String detail, Duration after) ->
          later(finished, retries.wait(1, after), code, detail);
      case Outcome.InDoubt(String detail) ->
          job.request().onDoubt() == OnDoubt.RESEND
                  && !job.partition().lost()
                  && !retries.exhausted(job.attempts())
              ? new Decision.Wait(retries.wait(1, null))
              : publish(finished, RecipientStatus.UNCONFIRMED, null, "in_doubt", detail);
    };
  }

  private Decision later(Finished finished, Duration delay, String code, String detail) {
    Job job = finished.job();
    if (job.partition().lost()) {
      // The new owner has called it in doubt. It is not: it certainly was not sent.
      return publish(finished, RecipientStatus.FAILED, null, code, "not sent: " + detail);
    }
    return delay.compareTo(retries.inMemory()) <= 0
        ? new Decision.Wait(delay)
        : new Decision.Requeue(job.request().again(job.attempts(), finished.at().plus(delay)));
  }

  private static Decision publish(
      Finished finished,
      RecipientStatus status,
      @Nullable String messageId,
      @Nullable String code,
      @Nullable String detail) {
    SendResult result = finished.job().result(status, messageId, code, detail, finished.at());
    return new Decision.Publish(result);
  }
}
