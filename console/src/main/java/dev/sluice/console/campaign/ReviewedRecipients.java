package dev.sluice.console.campaign;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.recipient.RecipientCounts;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * The number of recipients that whoever starts or schedules a campaign has seen: others may have
 * added some since.
 */
record ReviewedRecipients(long number) {

  /**
   * Returns the number that a request gives. An empty one is wrong, or nothing would be compared.
   */
  static Optional<ReviewedRecipients> of(Context context) {
    return Optional.ofNullable(context.queryParam("recipients"))
        .map(text -> new ReviewedRecipients(number(text)));
  }

  private static long number(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw ProblemException.field("recipients", "is a number of people like 1200");
    }
    return Long.parseLong(text);
  }

  /**
   * Refuses a campaign that has other recipients.
   *
   * @param inside a transaction during which nobody can add any
   */
  void require(DSLContext inside, UUID id) {
    long now = RecipientCounts.now(inside, id).orElseThrow(ReviewedRecipients::uncounted);
    if (now != number) {
      throw ProblemException.conflict(
              "The campaign has "
                  + now
                  + " recipients by now and not "
                  + number
                  + ", so nothing was done. Review it again.")
          .with("recipients", now);
    }
  }

  /** Not a conflict, which is final. */
  static ProblemException uncounted() {
    return ProblemException.unavailable(
        "The campaign's recipients could not be counted in time, so nothing was done. Try again in a"
            + " moment.");
  }
}
