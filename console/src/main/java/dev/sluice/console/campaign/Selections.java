package dev.sluice.console.campaign;

import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.console.recipient.SelectedRecipients;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Finds the recipients who were selected for a resend. */
public final class Selections {
  private final SelectedRecipients recipients;
  private final PhoneNumbers phoneNumbers;
  private final Lists lists;

  /**
   * Creates the selections.
   *
   * @param lists in whose places they are read
   */
  public Selections(SelectedRecipients recipients, PhoneNumbers phoneNumbers, Lists lists) {
    this.recipients = recipients;
    this.phoneNumbers = phoneNumbers;
    this.lists = lists;
  }

  /** Returns who was selected; empty if nobody was by an id or a number. */
  Optional<Selection> of(UUID campaignId, ResendWish wish) {
    Set<Long> ids = wish.ids();
    if (ids != null) {
      return Optional.of(
          selection(ids.size(), lists.run(() -> recipients.withIds(campaignId, ids))));
    }
    Set<String> given = wish.numbers();
    if (given == null) {
      return Optional.empty();
    }
    Set<String> phones = new TreeSet<>();
    for (String number : given) {
      switch (phoneNumbers.parse(number)) {
        case PhoneNumbers.Valid(String e164) -> phones.add(e164);
        case PhoneNumbers.Invalid(String reason) ->
            throw ProblemException.field("phones", "holds an invalid number: " + reason);
      }
    }
    return Optional.of(
        selection(phones.size(), lists.run(() -> recipients.withPhones(campaignId, phones))));
  }

  private static Selection selection(int selected, List<SelectedRecipients.One> found) {
    return new Selection(found, selected - found.size());
  }
}
