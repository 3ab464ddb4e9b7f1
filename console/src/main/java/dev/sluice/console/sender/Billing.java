package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.providers.Providers;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The categories by which a provider with templates bills messages. */
public final class Billing {
  /** The category of a message without a template, which answers a person who has written. */
  private static final String ANSWER = "service";

  private final DSLContext sql;
  private final Templates templates;

  public Billing(DSLContext sql, Templates templates) {
    this.sql = sql;
    this.templates = templates;
  }

  /**
   * A message's category, as far as it is known.
   *
   * @param name in lower case; null if it is a template's, and the account's list does not tell
   */
  public record Category(@Nullable String name) {}

  /** Returns the category of a message from this sender; empty if it is not billed so. */
  public Optional<Category> category(@Nullable String sender, @Nullable JsonNode message) {
    return sql.select(SENDER.PROVIDER, SENDER.ACCOUNT)
        .from(SENDER)
        .where(SENDER.ID.eq(sender))
        .fetchOptional()
        .filter(one -> Providers.hasTemplates(one.value1()))
        .map(one -> new Category(name(one.value2(), message)));
  }

  private @Nullable String name(@Nullable String account, @Nullable JsonNode message) {
    JsonNode template = message == null ? null : message.get("template");
    if (template == null || !template.isObject()) {
      return ANSWER;
    }
    return account == null ? null : templates.category(account, template).orElse(null);
  }
}
