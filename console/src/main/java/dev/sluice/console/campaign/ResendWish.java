package dev.sluice.console.campaign;

import dev.sluice.console.http.Bodies;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignCommand;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The optional body of a resend, with one of these at most.
 *
 * @param reasons the error codes of the recipients to resend to
 * @param recipients their ids
 * @param phones their numbers
 */
record ResendWish(
    @Nullable List<@Nullable String> reasons,
    @Nullable List<@Nullable Long> recipients,
    @Nullable List<@Nullable String> phones) {
  static final ResendWish ALL = new ResendWish(null, null, null);

  private static final int MOST = 100;
  private static final int LONGEST = 100;

  /**
   * Reads a body; a list that is given as null is as one of nobody, as a program whose list is
   * missing does not mean everybody.
   */
  static ResendWish read(byte[] body) {
    ResendWish wish = Bodies.read(body, ResendWish.class);
    Set<String> given = Bodies.names(body);
    return new ResendWish(
        given.contains("reasons") ? listed(wish.reasons) : null,
        given.contains("recipients") ? listed(wish.recipients) : null,
        given.contains("phones") ? listed(wish.phones) : null);
  }

  private static <T extends @Nullable Object> List<T> listed(@Nullable List<T> given) {
    return given == null ? List.of() : given;
  }

  /** Returns it if it gives one of them at most. */
  ResendWish requireOne() {
    if (Stream.of(reasons, recipients, phones).filter(Objects::nonNull).count() > 1) {
      throw ProblemException.badRequest(
          "Give one of \"reasons\", \"recipients\" and \"phones\", not several.");
    }
    return this;
  }

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

  /** Returns the ids of those who were selected, or null if nobody was by an id. */
  @Nullable Set<Long> ids() {
    return selected("recipients", recipients, "ids");
  }

  /** Returns the numbers of those who were selected, or null if nobody was by a number. */
  @Nullable Set<String> numbers() {
    return selected("phones", phones, "numbers");
  }

  private static <T extends Comparable<T>> @Nullable Set<T> selected(
      String field, @Nullable List<@Nullable T> given, String what) {
    if (given == null) {
      return null;
    }
    if (given.isEmpty() || given.size() > CampaignCommand.MOST_RECIPIENTS || given.contains(null)) {
      throw ProblemException.field(
          field, "has 1 to " + CampaignCommand.MOST_RECIPIENTS + " " + what);
    }
    Set<T> selected = new TreeSet<>();
    for (T one : given) {
      selected.add(Objects.requireNonNull(one));
    }
    return selected;
  }
}
