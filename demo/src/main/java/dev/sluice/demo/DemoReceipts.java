package dev.sluice.demo;

import dev.sluice.schema.RecipientStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of the recipients' phones. They begin when everything is sent, so that the demo's
 * figures measure only sending.
 */
final class DemoReceipts {
  /** The time from the first receipt to the last. */
  static final Duration SPREAD = Duration.ofSeconds(3);

  /** The most messages for which receipts fit in memory. */
  private static final long MOST = 20_000;

  private static final Duration LOOKED_AT = Duration.ofMillis(250);

  /** Longer than a batch of results waits to be written. */
  private static final Duration SILENT_FOR = Duration.ofSeconds(15);

  private DemoReceipts() {}

  /** Returns whether the demo sends receipts for this many recipients. */
  static boolean comeFrom(@Nullable Path recipients, int count) throws IOException {
    if (recipients == null) {
      return count <= MOST;
    }
    // Counts lines only, in any encoding.
    try (Stream<String> lines = Files.lines(recipients, StandardCharsets.ISO_8859_1)) {
      return lines.limit(MOST + 2).count() <= MOST + 1;
    }
  }

  /** Shows receipts as they are written, until everyone has one or none has come for a while. */
  static void watch(DemoAudit audit, PrintWriter out) throws InterruptedException {
    long shownRead = 0;
    long shownDelivered = 0;
    long changedNanos = System.nanoTime();
    while (System.nanoTime() - changedNanos < SILENT_FOR.toNanos()) {
      Map<RecipientStatus, Integer> rows = audit.rows();
      long read = rows.getOrDefault(RecipientStatus.READ, 0);
      long delivered = rows.getOrDefault(RecipientStatus.DELIVERED, 0) + read;
      if (read != shownRead || delivered != shownDelivered) {
        out.printf(Locale.ROOT, "  delivered %,d | read %,d%n", delivered, read);
        out.flush();
        shownRead = read;
        shownDelivered = delivered;
        changedNanos = System.nanoTime();
      }
      if (!rows.containsKey(RecipientStatus.SENT)) {
        return;
      }
      Thread.sleep(LOOKED_AT);
    }
  }
}
