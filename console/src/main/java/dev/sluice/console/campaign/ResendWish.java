package dev.sluice.console.campaign;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The optional body of a resend.
 *
 * @param reasons the error codes of the recipients to resend to
 */
record ResendWish(@Nullable List<@Nullable String> reasons) {
  private static final int MOST = 100;
  private static final int LONGEST = 100;

  /** Returns the codes, or null for all. */
  @Nullable Set<String> codes() {
    if (reasons == null) {
      return null;
    }
    if (reasons.isEmpty() || reasons.size() > MOST) {
      throw ProblemException.field("reasons", "has 1 to " + MOST + " error codes");
    }
    Set<String> codes = new TreeSet<>();
    for (String reason : reasons) {
      codes.add(Fields.atMost(LONGEST, "reasons", Fields.required("reasons", reason)));
    }
    return codes;
  }
}
