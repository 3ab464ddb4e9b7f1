package dev.sluice.console.webhook;

import dev.sluice.providers.whatsapp.WebhookEvent.Business;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.runtime.database.Database;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which account each sender belongs to, learned from webhook calls about its messages; events about
 * an account name no number.
 */
final class Accounts {
  private static final Logger log = LoggerFactory.getLogger(Accounts.class);

  private static final int MOST = 10_000;
  private static final long FORGET_AFTER_NANOS = Duration.ofMinutes(1).toNanos();

  private final DSLContext sql;

  /**
   * Pairs that need not be written again. Forgotten after a minute, because people change the
   * senders' addresses.
   */
  private final Set<Business> written = ConcurrentHashMap.newKeySet();

  private volatile long sinceNanos = System.nanoTime();

  Accounts(DSLContext sql) {
    this.sql = sql;
  }

  /** Writes the pairs that are new, unless the senders are locked. */
  void learn(Collection<Business> told) {
    if (written.size() > MOST || System.nanoTime() - sinceNanos > FORGET_AFTER_NANOS) {
      sinceNanos = System.nanoTime();
      written.clear();
    }
    List<Business> news =
        told.stream()
            .distinct()
            .filter(one -> !one.account().isEmpty() && !one.phoneNumberId().isEmpty())
            .filter(one -> !written.contains(one))
            .toList();
    if (news.isEmpty()) {
      return;
    }
    try {
      write(news);
      written.addAll(news);
    } catch (DataAccessException e) {
      // Somebody changes a sender. The next call tells the same, and this one has more to say.
      log.info("accounts of senders were not stored: {}", Database.reason(e));
    }
  }

  private void write(List<Business> news) {
    sql.execute(
        """
        UPDATE sluice.sender AS known SET account = told.account
        FROM unnest({0}, {1}) AS told (address, account)
        WHERE known.address = told.address AND known.provider = {2}
          AND known.account IS DISTINCT FROM told.account
        """,
        texts(news, Business::phoneNumberId),
        texts(news, Business::account),
        DSL.inline(WhatsAppProvider.NAME));
  }

  private static Field<String[]> texts(List<Business> rows, Function<Business, String> part) {
    return DSL.val(rows.stream().map(part).toArray(String[]::new), SQLDataType.CLOB.array());
  }
}
